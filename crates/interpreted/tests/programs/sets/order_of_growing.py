s = set()
for n in range(60):
    s.add((n * 37) % 101)
    if n in (3, 4, 5, 18, 19, 20, 37, 59):
        print(n, list(s))
while len(s) > 5:
    s.pop()
print(s)
s.add(0)
s.add(1)
print(s)
