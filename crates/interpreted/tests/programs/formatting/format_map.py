values = {"name": "Ann", "items": [1, 2], "pi": 3.14159}
print("{name} {items[1]} {pi:.2f} {name!r:>8}".format_map(values))
try:
    "{missing}".format_map(values)
except KeyError as error:
    print(error)
print("{name:{items[1]}}|".format_map(values), "none".format_map({}))
