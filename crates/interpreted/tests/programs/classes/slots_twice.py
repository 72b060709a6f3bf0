class Pair:
    __slots__ = ["left", "right"]
    kind = "pair"

    def __init__(self, left, right=None):
        self.left = left
        self.right = right

    def swap(self):
        self.left, self.right = self.right, self.left
        return self


pair = Pair(1, [2]).swap()
print(pair.left, pair.right, pair.kind, Pair.kind)
try:
    pair.kind = "other"
except AttributeError as error:
    print(error)
try:
    pair.middle += 1
except AttributeError as error:
    print(error)


class One:
    __slots__ = "only"


one = One()
one.only = 1
print(one.only)
try:
    one.o = 1
except AttributeError as error:
    print(error)
