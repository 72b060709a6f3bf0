def run(n):
    a = b = c = d = 0.0
    for i in range(n):
        x = (i - n // 2) * 0.37
        a += x % 2.5
        b += x // 0.7
        c = -c + x * x - i / 3
        d = max(d, x) if i % 2 else min(d, x)
    return a, b, c, d


print(run(1000))


def powers(n):
    total = 0.0
    for i in range(1, n):
        total += i ** -1 + i ** 0.5 + 2.0 ** (i % 10) + (-1) ** i
    return total


print(powers(1000))


def rounding(n):
    down = up = 0
    for i in range(n):
        x = i * 0.25 - 100
        down += int(x)
        up += round(x)
    return down, up


print(rounding(1000))
