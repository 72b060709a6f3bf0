print({n: n * n for n in range(5)}, {k: v for k, v in zip("abc", range(3))}, {v: k for k, v in {"a": 1, "b": 2}.items()}, {n % 3: n for n in range(9)})
print({len(w): w for w in "a bb cc ddd".split() if w != "bb"}, {i: {j: i * j for j in range(2)} for i in range(2)}, {(a, b): a - b for a in range(2) for b in range(2)}, {k: [] for k in ()})
counts = {letter: "mississippi".count(letter) for letter in "misp"}
print(counts, {k: v for k, v in sorted(counts.items(), key=lambda item: item[1]) if v > 1})
