a = [1, 2]
b = a
b.append(3)
c = a[:]
c.append(4)
print(a, b, c, a is b, a is c, a == c[:3])
rows = [[0] * 3] * 2
rows[0][1] = 7
print(rows, rows[0] is rows[1])
rows = [[0] * 3 for _ in range(2)]
rows[0][1] = 7
print(rows)
d = e = []
d += [1]
e = e + [2]
print(d, e)


def change(items):
    items.append("in")
    items = ["new"]
    return items


print(change(a), a)
