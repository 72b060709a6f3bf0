d = {1: "one", 2: "two"}
keys, values, items = d.keys(), d.values(), d.items()
print(keys, values, items, len(keys), len(values), len(items))
d[3] = "three"
print(keys, values, items, 3 in keys, "three" in values, (3, "three") in items, (3, "x") in items)
print(keys & {1, 5}, keys | {7}, keys - {1}, keys ^ {1, 8}, sorted(items), list(keys), set(keys) == {1, 2, 3})
print(keys == {1, 2, 3}, not keys & {9}, d.keys() == {3: 0, 1: 0, 2: 0}.keys(), {} .keys(), {}.values(), {}.items())
