import beside_circle_b

name = "a"


def describe():
    return name + beside_circle_b.name
