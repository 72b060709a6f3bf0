def f(a, b):
    return a


def g():
    return f(1)


g()
