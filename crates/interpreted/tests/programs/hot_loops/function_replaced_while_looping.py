def step(x):
    return x + 1


def faster(x):
    return x + 10.5


def run(n):
    global step
    x = 0
    for i in range(n):
        if i == 800:
            step = faster
        x = step(x)
    return x


print(run(1000))


class Walker:
    def __init__(self):
        self.x = 0

    def move(self):
        self.x += 1


def walk(n):
    walker = Walker()
    for i in range(n):
        if i == 600:
            Walker.move = lambda self: None
        if i == 800:
            walker.move = lambda: walk_back(walker)
        walker.move()
    return walker.x


def walk_back(walker):
    walker.x -= 1


print(walk(1000))
