import math, sys

counter, total = 0, 0


def count(values):
    global counter, total
    for value in values:
        if value is None:
            return
        counter += 1
        total += value


count([1, 2, None, 4])
print(counter, total, 2 ** 3 ** 2, 2 ** -1 ** 2, (2 ** 3) ** 2)
if total:

    class Box:
        size: int
        name = "box"

        def __init__(self):
            self.size = total


print(Box().size, Box.name, math.floor(2.5), len(sys.argv))
items = [1, 2, 3, 4, 5]
items[1:3] += [20, 30]
items[:1] *= 3
print(items, [x for x in items if x > 1 if x < 30], {*items, *"ab"} == {1, 2, 3, 4, 5, 20, 30, "a", "b"})
print(f"{'ä€':>6}|{'ä€'!a}|{['é']!a:>10}|", (lambda *rest: rest)(1, 2), (lambda first, *rest: (rest, first))(*"abc"))
try:
    undefined
except:
    print("nothing is said about what it was")
