def f(*arguments):
    return arguments


print(f(*[1, 2], 3, *(4,), *"ab", *range(2), *{"k": 1}), f(*[]), f(*(n for n in range(3))))


def point(x, y, z=0):
    return x, y, z


print(point(*[1, 2]), point(*(1, 2, 3)), point(*[1], y=5), point(1, *[2], z=9))
matrix = [[1, 2, 3], [4, 5, 6]]
print(list(zip(*matrix)), max(*matrix), [list(row) for row in zip(*[row for row in matrix])])
print(*matrix, sep="\n")
