print(len(""), len("abc"), len([]), len([1, [2, 3]]), len(()), len({1: 2}), len({1, 2}), len(range(0, 10, 3)), len({}.keys()), len("日本"))
print(list(range(3)), list(range(1, 4)), list(range(4, 0, -2)), len(range(-5, 5)))
for bad in (5, 1.5, None, True, len):
    try:
        len(bad)
    except TypeError as error:
        print(error)
