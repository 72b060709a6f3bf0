def fill(items, n):
    i = 0
    while i < n:
        items[i] = items[i - 1] + 1
        i += 1


items = [0] * 900
fill(items, 900)
print(items[-1])
fill(items, 901)
