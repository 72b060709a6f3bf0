add = lambda a, b=10: a + b
print(add(1), add(1, 2), add(b=1, a=5), (lambda: 42)(), (lambda *a: a)(1, 2), (lambda x, z=3, *y: (x, y, z))(1, 2, 4), (lambda x, z=3, *y: (x, y, z))(z=4, x=1))
print(sorted([3, -1, 2], key=lambda x: -x), max(["a", "bbb", "cc"], key=lambda s: len(s)))
compose = lambda f, g: lambda x: f(g(x))
print(compose(lambda x: x + 1, lambda x: x * 2)(5), (lambda x: lambda y: (x, y))(1)(2))
pairs = [(lambda n: n * i)(i) for i in range(4)]
print(pairs, (lambda x: x if x else "empty")(""))
