class A:
    pass


class B:
    pass


def describe(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (A, B)):
        return "instance"
    if isinstance(value, (list, tuple, set, dict)):
        return "container"
    return "other"


print([describe(value) for value in (True, 1, 2.5, A(), B(), [], (), set(), {}, "s", None, A, 1j)])
print(isinstance(A(), A), isinstance(A(), B), isinstance(A, A))
