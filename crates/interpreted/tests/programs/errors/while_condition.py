items = [3, 2, 1]
while items[0] < 10 / (len(items) - 1):
    print(items.pop())
