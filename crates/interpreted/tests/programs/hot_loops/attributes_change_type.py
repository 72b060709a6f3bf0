class Point:
    def __init__(self, x):
        self.x = x
        self.y = 0


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x):
        self.x = x
        self.y = 0


def run(point, n):
    for i in range(n):
        if i == 700:
            point.x = 0.25
        if i == 900:
            point.x = 1j
        point.y = point.y + point.x
    return point.y


print(run(Point(1), 1000), run(Slotted(1), 1000))


def mixed(points):
    total = 0
    for round_number in range(100):
        for point in points:
            total += point.x
    return total


print(mixed([Point(1), Slotted(2.5), Point(2 ** 62), Slotted(-1)]))
broken = [Point(1)] * 700 + [None]
try:
    mixed(broken)
except AttributeError as error:
    print(error)
