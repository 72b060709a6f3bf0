print(any([]), all([]), any([0, "", None]), any([0, 1]), all([1, "a"]), all([1, 0]), any({0: 1}), all({1: 0}), any("a"), all(""), any(n > 2 for n in range(4)), all(n < 3 for n in range(4)))
print(any([[], [0]]), all([[], [0]]), any((0.0, 0j)), all((1.5, 1j)), any(range(1)), all(range(1, 3)))
for bad in (5, None):
    try:
        any(bad)
    except TypeError as error:
        print(error)
