for i in range(3):
    pass
print(i)
for i in range(3):
    i = i * 10
    print(i)
for i in []:
    print("never")
print(i)
for a, (b, c) in [(1, (2, 3)), (4, "56")]:
    print(a, b, c)
for first, *rest in [(1, 2, 3), "ab"]:
    print(first, rest)
items = [0, 0, 0]
for items[1] in range(4):
    pass
print(items)
for x in range(3):
    for x in range(10, 12):
        pass
    print(x)
