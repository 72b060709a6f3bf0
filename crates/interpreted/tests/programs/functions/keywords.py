def f(a, b, c=3, *rest, d=4):
    return a, b, c, rest, d


print(f(1, 2), f(1, b=2), f(b=1, a=2), f(1, 2, 3, 4, 5), f(1, 2, d=0), f(1, 2, 9, 8, d=7), f(*[1, 2]), f(*(1, 2), *"xy", d=0), f(1, *[2, 3]))


def only(*, key, other=None):
    return key, other


print(only(key=1), only(other=2, key=3))
