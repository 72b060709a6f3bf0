a, b = 1, 2
(c, d) = [3, 4]
[e, f] = "xy"
(g,) = {7}
h, i = {"k1": 1, "k2": 2}
j, (k, [l, m]) = 1, (2, (3, 4))
n = o = p = 5
q, r = s = (8, 9)
print(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)
t, u = (x * 2 for x in range(2))
v, w = range(2)
x, y = zip("ab", [1, 2])
print(t, u, v, w, x, y)
() = []
[] = ()
z, = [1]
print(z)
