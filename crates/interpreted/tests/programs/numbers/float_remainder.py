values = [7.5, -7.5, 0.0, -0.0, 1e300, -1e-300]
for a in values:
    for b in (2.0, -2.0, 0.3, 1e308):
        print(a, b, a % b, a // b, divmod(a, b))
