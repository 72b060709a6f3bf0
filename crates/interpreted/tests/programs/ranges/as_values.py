r = range(3)
for _ in range(2):
    for i in r:
        print(i, end=" ")
print()
table = {range(3): "three", range(0): "none"}
print(table[range(0, 3)], table[range(7, 7)], isinstance(r, range), [r, range(1, 2)], len({range(3), range(0, 3, 1)}))
a, b, c = r
print(a, b, c, [*r, *range(5, 7)], sum(range(1, 1000001)), sorted(range(5), key=lambda n: (n % 2, n)))
