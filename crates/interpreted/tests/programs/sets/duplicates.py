items = [3, 1, 3, 2, 1, 1]
seen = set()
unique = []
twice = set()
for item in items:
    if item in seen:
        twice.add(item)
    else:
        seen.add(item)
        unique.append(item)
print(unique, twice, sorted(set(items)), len(set(items)) == len(items))
words = "to be or not to be".split()
print(len(set(words)), sorted(set(words)), sorted(set("banana")))
