def f(a, b, c=3):
    return a


def none():
    pass


def only(key):
    return key


def many(a, k, *rest):
    return a


class Point:
    def __init__(self, x, y=0):
        self.x = x

    def move(self, dx):
        self.x += dx


number, nothing, text, items = 5, None, "a", [1]
calls = [
    lambda: f(),
    lambda: f(1),
    lambda: f(1, 2, 3, 4),
    lambda: f(1, 2, d=4),
    lambda: f(1, 2, a=1),
    lambda: f(b=1, c=2),
    lambda: none(1),
    lambda: only(),
    lambda: only(1, 2),
    lambda: only(kee=1),
    lambda: many(),
    lambda: many(1),
    lambda: many(1, 2, 3, z=1),
    lambda: many(1, 2, 3, k=1),
    lambda: many(k=1),
    lambda: Point(),
    lambda: Point(1, 2, 3),
    lambda: Point(1, z=2),
    lambda: Point(1).move(),
    lambda: Point(1).move(1, 2),
    lambda: (lambda x: x)(),
    lambda: f(*5),
    lambda: number(),
    lambda: nothing(),
    lambda: text(),
    lambda: items(0),
    lambda: Point(1)(),
]
for call in calls:
    try:
        print(call())
    except TypeError as error:
        print(error)
