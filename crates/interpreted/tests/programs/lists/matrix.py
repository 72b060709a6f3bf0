def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def transpose(a):
    return [list(column) for column in zip(*a)]


a = [[1, 2], [3, 4], [5, 6]]
b = [[1, 0, -1], [2, 0.5, 1]]
print(multiply(a, b), transpose(a), multiply(b, a))
identity = [[1 if i == j else 0 for j in range(3)] for i in range(3)]
print(multiply(identity, a) == a, identity)
