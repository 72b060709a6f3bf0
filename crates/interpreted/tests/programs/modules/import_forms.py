import math
import math as m
from math import sqrt
from math import sqrt as root, pi
import random, time
from math import (
    cos,
    sin,
)

print(math is m, sqrt is root, math.sqrt(16), m.pi == pi, root(25), cos(0), sin(0))


def local():
    import cmath
    from math import floor

    return cmath.sqrt(-1), floor(2.5)


print(local())
math.mine = 5
print(m.mine)
try:
    cmath
except NameError as error:
    print(error)
try:
    math.squareroot
except AttributeError as error:
    print(error)
