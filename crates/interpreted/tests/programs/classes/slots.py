class Particle:
    __slots__ = ("x", "y", "ang_speed")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return (self.x * self.x + self.y * self.y) ** 0.5


p = Particle(3.0, 4.0)
p.x += 0.0
print(p.norm(), p.x, p.y)
try:
    p.z = 1
except AttributeError as error:
    print(error)
try:
    p.ang_speed
except AttributeError as error:
    print(error)
p.ang_speed = 2
print(p.ang_speed)
del p.ang_speed
try:
    p.ang_speed
except AttributeError as error:
    print(error)
try:
    p.norm = 5
except AttributeError as error:
    print(error)
try:
    p.zz
except AttributeError as error:
    print(error)
