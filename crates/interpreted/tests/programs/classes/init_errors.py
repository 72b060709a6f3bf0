class Returns:
    def __init__(self):
        return 5


class Raises:
    def __init__(self, n):
        self.n = n
        if n < 0:
            raise ValueError("negative")


class NoInit:
    pass


try:
    Returns()
except TypeError as error:
    print(error)
try:
    Raises(-1)
except ValueError as error:
    print(error)
try:
    NoInit(1)
except TypeError as error:
    print(error)
try:
    NoInit(a=1)
except TypeError as error:
    print(error)
print(Raises(1).n, isinstance(NoInit(), NoInit))
