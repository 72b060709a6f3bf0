a, *b = 1, 2, 3
*c, d = "xyz"
e, *f, g = range(5)
h, *i = [1]
*j, = (1, 2)
k, (l, *m), *n = 1, "abc", 2, 3
print(a, b, c, d, e, f, g, h, i, j, k, l, m, n)
[first, *rest] = {"a": 1, "b": 2}.items()
print(first, rest)
print([*range(3), *"ab", 5], (*[1], *(2, 3)), {*[1, 2], *{2, 3}}, [*[], *()])
for x, *y in [(1, 2, 3), [4], "ab"]:
    print(x, y)
items = [0, 0]
items[0], *items[1:] = 5, 6, 7
print(items)
print([*{"a": 1, "b": 2}])
