rows = [{"name": "tea", "price": 1.5}, {"name": "coffee", "price": 2}]
template = "{name:<10}{price:>6.2f}"
for row in rows:
    print(template.format_map(row))
try:
    template.format_map({"name": "milk"})
except KeyError as error:
    print(repr(error))
