items = [1, 2]
items.append(items)
print(items, items[2][2][0], len(items))
table = {"self": None, "n": 1}
table["self"] = table
print(table)
pair = ([], 1)
pair[0].append(pair)
print(pair)
a = [0]
b = [a, 1]
a[0] = b
print(a, b)
