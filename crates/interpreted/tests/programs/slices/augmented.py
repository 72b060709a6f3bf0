items = [1, 2, 3, 4]
items[1:3] += [9, 9]
print(items)
items[:2] *= 2
print(items)
items[0] += items[-1]
items[-1] //= 2
print(items)
