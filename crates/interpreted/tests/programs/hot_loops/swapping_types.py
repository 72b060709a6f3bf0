def run(n):
    a, b = 1, 2.5
    for i in range(n):
        a, b = b, a
        if i % 100 == 99:
            a += 1
    return a, b


print(run(1000), run(1001))


def alternate(n):
    x = 0
    kinds = 0
    for i in range(n):
        if i % 2:
            x = i
        else:
            x = "odd"
        kinds += isinstance(x, str)
    return x, kinds


print(alternate(1000))


def none_first(n):
    best = None
    for i in range(n):
        value = (i * 7919) % 1009
        if best is None or value > best:
            best = value
    return best


print(none_first(1000), none_first(0))
