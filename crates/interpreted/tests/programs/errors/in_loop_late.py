items = [1] * 50
items[37] = "x"
total = 0
for i in range(len(items)):
    total += items[i]
