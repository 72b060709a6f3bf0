"""The module's own text."""


def nothing():
    pass


def documented():
    """Returns nothing."""


class Empty:
    pass


class Documented:
    """Holds nothing."""


if True:
    pass
for _ in range(2):
    pass
"a lone string"
42
print(nothing(), documented(), isinstance(Empty(), Empty), isinstance(Documented(), Empty))
