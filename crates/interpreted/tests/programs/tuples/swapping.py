a, b, c = 1, 2, 3
a, b = b, a
print(a, b)
a, b, c = c, a, b
print(a, b, c)
items = [0, 1, 2]
i = 0
i, items[i] = 2, "changed"
print(i, items)
items[0], items[2] = items[2], items[0]
print(items)


def divide(a, b):
    return a // b, a % b


quotient, remainder = divide(17, 5)
print(quotient, remainder, divide(-17, 5)[1])
