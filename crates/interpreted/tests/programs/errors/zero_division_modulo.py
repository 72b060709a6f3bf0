x = 10
for d in (3, 2, 1, 0):
    print(x % d)
