values = [1, True, 1.0, 1j, "a", [1], (1,), {1: 2}, {1}, range(1), None, len, ValueError("v")]
types = [int, float, complex, bool, str, list, tuple, dict, set, range, ValueError, Exception]
for value in values:
    print(repr(value), [isinstance(value, kind) for kind in types])
print(isinstance(1, (str, int)), isinstance(1, ()), isinstance("a", (int, (float, str))), isinstance(True, int), isinstance(1, bool), isinstance(int, int), isinstance(lambda: 1, (int, str)))
for bad in (5, "int", (int, 5), [int], None):
    try:
        isinstance("a", bad)
    except TypeError as error:
        print(error)
