print([x for x in range(5)], [x * x for x in range(10) if x % 2], [x for x in "hello" if x not in "aeiou"], [(x, y) for x in range(3) for y in range(x)])
print([x for x in range(30) if x % 2 == 0 if x % 3 == 0], [[i * j for j in range(3)] for i in range(3)], [y for x in [[1, 2], [3]] for y in x], [x if x > 1 else -x for x in range(4)])
print([a + b for a, b in [(1, 2), (3, 4)]], [first for first, *_ in ("abc", "de")], [[] for _ in range(2)], [i for i in []], [f"{n:02}" for n in (1, 22)])
x = "kept"
print([x for x in range(3)], x)
n = 10
print([n + k for k in range(3) for n in (k,)], n, [k + n for k in range(2)])
