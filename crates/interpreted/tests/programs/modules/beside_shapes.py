"""Shapes that other programs of this folder import."""

import math

print("beside_shapes is run", __name__)

SIDES = {"triangle": 3, "square": 4}
count = 0


class Square:
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2


def circle_area(radius):
    global count
    count += 1
    return math.pi * radius ** 2


def fail(n):
    return 1 // n
