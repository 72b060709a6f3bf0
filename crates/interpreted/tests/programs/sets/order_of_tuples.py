print({(0, 0), (0, 1), (1, 0), (1, 1)})
print({(x, y) for x in range(3) for y in range(3)})
print({(), (1,), (1, 2), (1, 2, 3)}, {(-1, 0), (0, -1)}, {((1, 2), 3), (1, (2, 3))}, {(1.5, 2), (True, False)})
s = {(i, -i) for i in range(6)}
s.discard((3, -3))
s.add((7, 7))
print(s)
