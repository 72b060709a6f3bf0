print(round(2.5), round(3.5), round(-2.5), round(2.567, 2), round(12345, -2), round(5), round(2.5, 0), round(1e16), round(0.1 + 0.2, 5), round(-1.5), round(1.25, 1), round(1.35, 1))
print(divmod(7, 2), divmod(-7, 2), divmod(7, -2), divmod(7.5, 2), divmod(-7.5, 2), divmod(2 ** 70, 3), divmod(True, 2), divmod(0, 5), divmod(-1, 10 ** 20))
print(abs(-5), abs(-2.5), abs(3 + 4j), abs(False), sum([1, 2]), sum((0.1, 0.2)), sum(range(5), 10))
for bad in (lambda: divmod(1, 0), lambda: divmod(1.0, 0), lambda: divmod(1, 0.0), lambda: round("a"), lambda: divmod(1, "a"), lambda: abs([])):
    try:
        bad()
    except (ZeroDivisionError, TypeError) as error:
        print(error)
