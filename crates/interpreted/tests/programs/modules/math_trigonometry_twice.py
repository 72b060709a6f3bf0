from math import acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, degrees, pi, radians, sin, sinh, tan, tanh

for angle in range(0, 181, 30):
    x = radians(angle)
    print(angle, sin(x), cos(x), round(tan(x), 9), degrees(x))
print(asin(0.1), acos(0.1), atan(0.1), sinh(0.1), cosh(0.1), tanh(0.1), asinh(0.1), acosh(1.1), atanh(0.1), atan2(0.1, -0.2), sin(pi / 6) == 0.5, cos(2 ** 60))
