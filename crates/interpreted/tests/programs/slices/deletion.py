items = list(range(20))
del items[15:]
del items[:2]
print(items)
del items[1:8:3]
print(items)
del items[::-4]
print(items)
del items[5:2]
del items[100:200]
print(items)
del items[-2:]
print(items)
