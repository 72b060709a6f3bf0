print(pow(2, 10), pow(2, -1), pow(2.0, 3), pow(-8, 1 / 3), pow(1j, 2), pow(0, 0))
print(pow(3, 200, 13), pow(2, 10 ** 18, 10 ** 9 + 7), pow(-3, 5, 7), pow(3, 5, -7), pow(5, 0, 1), pow(3, -1, 7), pow(2, -3, 11), pow(10 ** 30, 10 ** 20, 10 ** 10 + 19))
print(pow(base=2, exp=5), pow(2, 5, mod=7), pow(True, 5), pow(5, 3, 1), pow(0, 0, 5))
for bad in (lambda: pow(2, 3, 0), lambda: pow(2, -1, 4), lambda: pow(2.0, 3, 5), lambda: pow(0, -1), lambda: pow("a", 2), lambda: pow(2)):
    try:
        print(bad())
    except (ValueError, TypeError, ZeroDivisionError) as error:
        print(error)
