items = list(range(6))
items[1:3] = ["a", "b", "c", "d"]
print(items)
items[2:2] = [True]
print(items)
items[:0] = ["start"]
items[len(items) :] = ["end"]
print(items)
items[3:7] = []
print(items)
items[::2] = [0] * len(items[::2])
print(items)
items[1:3] = "xyz"
items[5:1] = [8]
print(items)
items[:] = range(3)
print(items)
items[::-1] = [1, 2, 3]
print(items)
items[1:] = items
print(items)
