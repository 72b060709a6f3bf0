for base in (0, 1, -1, 2, -2, 10):
    for exponent in (0, 1, 2, 5):
        print(base, exponent, base ** exponent)
print(2 ** -1, 2 ** -3, (-2) ** -3, 10 ** -2)
print(-2 ** 2, (-2) ** 2, 2 ** 3 ** 2, -3 ** -1)
print(0 ** 0, 0.0 ** 0, True ** False)
