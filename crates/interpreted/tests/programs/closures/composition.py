def compose(*functions):
    def composed(x):
        for f in reversed(functions):
            x = f(x)
        return x

    return composed


def add(n):
    return lambda x: x + n


def times(n):
    def multiply(x):
        return x * n

    return multiply


print(compose(add(1), times(2))(5), compose(times(2), add(1))(5), compose()(7), compose(str, abs)(-3))
adders = {n: add(n) for n in (1, 10, 100)}
print([adders[n](5) for n in adders])
