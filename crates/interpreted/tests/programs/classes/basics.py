class Point:
    """A place in the plane."""

    def __init__(self, x, y=0):
        self.x = x
        self.y = y

    def move(self, dx, dy=0):
        self.x += dx
        self.y += dy
        return self

    def distance(self, other):
        return ((self.x - other.x) ** 2 + (self.y - other.y) ** 2) ** 0.5


p = Point(1, 2)
q = Point(y=5, x=4)
r = Point(7)
print(p.x, p.y, q.x, q.y, r.x, r.y, p.distance(Point(4, 6)))
print(p.move(1).move(0, 5).x, p.y)
p.x = "text"
p.new = [1]
p.new.append(2)
print(p.x, p.new, isinstance(p, Point), isinstance(5, Point), p is p, p == q, p != q, p == p, bool(p))
del p.new
try:
    p.new
except AttributeError as error:
    print(error)
