words = ["pear", "Apple", "fig", "banana", "kiwi"]
print(sorted(words), sorted(words, key=len), sorted(words, key=lambda w: w.lower()), sorted(words, reverse=True))
pairs = [(2, "b"), (1, "b"), (2, "a"), (1, "a")]
print(sorted(pairs), sorted(pairs, key=lambda p: p[1]), sorted(pairs, key=lambda p: p[0], reverse=True))
print(sorted([3, 1.5, True, -2, 10 ** 30]), sorted({3: 1, 1: 2}), sorted("cab"), sorted((3, 2)), sorted([]), sorted([[2], [1, 5], []]))
words.sort(key=lambda w: (len(w), w))
print(words)
words.sort(key=None, reverse=False)
print(words, sorted(words, key=len, reverse=True))
