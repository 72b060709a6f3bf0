top = 2 ** 63
r = range(top - 2, top + 2)
print(list(r), r[0], r[-1], len(r), top in r, r, list(reversed(r)))
print(range(10 ** 30)[10 ** 20], range(0, 10 ** 30, 10 ** 29), list(range(0, 10 ** 30, 3 * 10 ** 29)), 10 ** 25 in range(10 ** 30))
print(list(range(top, top - 3, -1)), list(range(-top - 1, -top + 1)))
for n in range(2 ** 64, 2 ** 64 + 3):
    print(n, end=" ")
print()
try:
    len(range(2 ** 70))
except OverflowError as error:
    print(error)
