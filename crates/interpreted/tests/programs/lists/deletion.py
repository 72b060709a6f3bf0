items = list(range(10))
del items[0]
del items[-1]
del items[2:4]
print(items)
del items[::2]
print(items)
del items[:]
print(items)
a, b = [1, 2, 3], [4, 5]
del a[0], b[-1]
print(a, b)
del a
try:
    a
except NameError as error:
    print(error)
