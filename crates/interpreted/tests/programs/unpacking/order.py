def value(n):
    print("value", n)
    return n


class Log:
    pass


log = Log()
items = [0, 0, 0]
items[value(0)], items[value(1)] = value("a"), value("b")
print(items)
log.x = log.y = value(5)
print(log.x, log.y)
i = 0
i, items[i] = 1, "second"
print(i, items)
items[value(2)] = i = value(7)
print(items, i)
x = [1, 2, 3]
x[0], x[1:] = x[1], [x[0], 9]
print(x)
