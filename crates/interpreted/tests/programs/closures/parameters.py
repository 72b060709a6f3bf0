def outer(a, b=2, *rest):
    def inner():
        nonlocal a
        a += 1
        return a, b, rest

    rest = rest + ("added",)
    return inner


f = outer(1)
g = outer(10, 20, 30)
print(f(), g(), f(), g())


class Holder:
    def __init__(self, value):
        self.value = value

    def getter(self):
        return lambda: self.value


holder = Holder(5)
get = holder.getter()
holder.value = 6
print(get())
