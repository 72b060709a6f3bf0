import math

for x in (0, 0.5, 1, -1, 2, math.pi, 100.0, 1e10):
    print(math.sin(x), math.cos(x), math.tan(x), math.atan(x), math.sinh(x) if x < 700 else "wide", math.tanh(x), math.asinh(x), math.cosh(x) if x < 700 else "wide")
for x in (-1, -0.5, 0, 0.3, 1):
    print(math.asin(x), math.acos(x), math.degrees(x), math.radians(x))
print([math.acosh(x) for x in (1, 1.5, 10)], [math.atanh(x) for x in (0, 0.5, -0.9)])
print([math.atan2(y, x) for y, x in ((0, 1), (1, 0), (0, -1), (-0.0, -1), (-1, -1), (0, 0), (3, 4))], math.degrees(math.pi), math.radians(180), math.sin(math.pi))
