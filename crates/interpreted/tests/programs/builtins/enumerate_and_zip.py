print(list(enumerate("ab")), list(enumerate("ab", 5)), list(enumerate([], 1)), list(enumerate("x", start=-1)), list(enumerate(iterable="y")), dict(enumerate("abc")), list(enumerate("a", 2 ** 64)))
print(list(zip()), list(zip("abc")), list(zip("abc", [1, 2])), list(zip("ab", (1, 2), {3: 0, 4: 0})), list(zip(range(3), range(10, 20))), list(zip([1], [2], strict=True)))
for index, (a, b) in enumerate(zip("xy", [True, None]), 1):
    print(index, a, b)
for pairs in (zip("ab", "c", strict=True), zip("a", "bc", strict=True), zip("ab", "ab", "a", strict=True)):
    try:
        print(list(pairs))
    except ValueError as error:
        print(error)
try:
    enumerate("a", 1.5)
except TypeError as error:
    print(error)
