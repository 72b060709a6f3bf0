def outer():
    x = "outer"
    y = [1]

    def middle():
        nonlocal x
        x = "middle"
        z = 5

        def inner():
            nonlocal x, z
            x += "+inner"
            z += 1
            y.append(z)
            return z

        return inner(), inner(), x

    print(middle(), x, y)
    return x


print(outer())


def pair():
    value = 0

    def get():
        return value

    def set_to(new):
        nonlocal value
        value = new

    return get, set_to


get, set_to = pair()
set_to(42)
print(get())
