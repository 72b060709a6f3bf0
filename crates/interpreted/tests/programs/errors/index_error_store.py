items = [0] * 3
for i in range(5):
    items[i] = i
    print(items)
