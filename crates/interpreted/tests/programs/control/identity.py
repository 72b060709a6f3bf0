a = [1]
b = [1]
c = a
print(a is b, a is c, a == b, a is not b, None is None, a is not None, not a is c)
t = True
print(t is True, (1 < 2) is True, [] is [], a[0] is not None)


def default(value=None):
    if value is None:
        return "none given"
    return value


print(default(), default(0), default(False))
