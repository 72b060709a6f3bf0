total: float = 0
values: list = [1, 2.5]
for value in values:
    total += value


def scale(x: "a number", by: int = 2) -> "a number":
    result: int = x * by
    halves: list = [result / 2]
    return halves


class Point:
    x: float = 1.5

    def __init__(self, y: float) -> None:
        self.y: float = y


print(total, scale(3), scale(1.5, 3), Point(2).y, Point.x)
