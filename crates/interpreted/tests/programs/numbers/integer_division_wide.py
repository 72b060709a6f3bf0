top = 2 ** 63
for a in (top - 1, top, -top, -top - 1, top * top + 1):
    for b in (-1, 2, -3, 10 ** 9, top):
        print(a // b, a % b)
        print(divmod(a, b))
