def outer():
    def inner(n):
        return n.missing

    return inner(5)


outer()
