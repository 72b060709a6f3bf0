def find(items):
    for item in items:
        return item


print(find("abc").upper())
print(find([]).upper())
