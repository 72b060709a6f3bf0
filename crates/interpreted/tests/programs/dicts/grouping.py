words = ["apple", "avocado", "bean", "cherry", "beet", "cabbage"]
groups = {}
for word in words:
    groups.setdefault(word[0], []).append(word)
print(groups)
lengths = {}
for word in words:
    if len(word) not in lengths:
        lengths[len(word)] = 0
    lengths[len(word)] += 1
print(lengths, sorted(lengths.items()), max(lengths, key=lengths.get))
inverse = {value: key for key, value in lengths.items()}
print(inverse)
