print({n % 4 for n in range(20)}, {n * n for n in range(-3, 4)}, {x // 2 for x in range(10) if x != 4}, {(a, a % 2) for a in range(3)}, {n for n in ()})
print(len({word.lower() for word in "The the THE a A".split()}), sorted({letter for letter in "hello"}), {a * b for a in (1, 2) for b in (3, 4)}, {1.5 * n for n in range(3)})
