def f(a, b, c=3, d=4, *rest):
    return a, b, c, d, rest


print(f(1, 2), f(1, b=2), f(b=1, a=2), f(1, 2, 3, 4, 5), f(1, 2, d=0), f(1, 2, 9, d=7), f(*[1, 2]), f(*(1, 2), *"x", d=0), f(*(1, 2), *"xyz"), f(1, *[2, 3]))


def only(key, other=None):
    return key, other


print(only(key=1), only(other=2, key=3))
