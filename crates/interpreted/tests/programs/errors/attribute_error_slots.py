class Particle:
    __slots__ = ("x", "y")


p = Particle()
p.x = 1
p.speed = 5
