d = {}
for n in (5, 3, 9, 1):
    d[n] = str(n)
print(d)
del d[3]
d[3] = "again"
d[5] = "kept in place"
print(d)
d.pop(9)
d.popitem()
d[9] = "new"
print(d, list(d.values()), list(reversed(d)), list(reversed(d.items())), list(reversed(d.values())))
for n in range(100):
    d[n] = n
for n in range(0, 100, 2):
    del d[n]
print(list(d)[:8], len(d), list(d.items())[-1])
