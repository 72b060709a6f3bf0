import math


def integrate(f, a, b, n):
    h = (b - a) / n
    total = 0.5 * (f(a) + f(b))
    for i in range(1, n):
        total += f(a + i * h)
    return total * h


def simpson(f, a, b, n):
    h = (b - a) / n
    return h / 3 * (f(a) + f(b) + sum((4 if i % 2 else 2) * f(a + i * h) for i in range(1, n)))


print(integrate(lambda x: x * x, 0, 1, 100), simpson(lambda x: x ** 3, 0, 2, 10), integrate(math.sin, 0, math.pi, 50), simpson(math.exp, 0, 1, 20))
