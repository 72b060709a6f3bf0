print([n for n in range(2, 60) if all(n % d for d in range(2, int(n ** 0.5) + 1))])
print([n for n in range(2, 60) if n not in {m for i in range(2, 8) for m in range(i * i, 60, i)}])
print({p: [n for n in range(p, 40, p)] for p in (7, 11, 13)})
print([(a, b, c) for c in range(1, 30) for b in range(1, c) for a in range(1, b) if a * a + b * b == c * c])
