import beside_circle_a

name = "b"


def describe():
    return name + beside_circle_a.name
