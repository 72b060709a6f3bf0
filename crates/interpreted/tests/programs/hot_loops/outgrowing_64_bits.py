def powers(n):
    x = 1
    for i in range(n):
        x = x * 3
    return x


def sums(step, n):
    x = 2 ** 63 - 500
    for i in range(n):
        x += step
    return x


def differences(n):
    x = -(2 ** 63) + 500
    for i in range(n):
        x -= 1
    return x


def shifts(n):
    x = 1
    for i in range(n):
        x = x << 1
    return x


def squares(n):
    x = 3
    for i in range(n):
        x = x * x % 4294967311
    return x


print(powers(1000) % 10 ** 30, sums(1, 1000), sums(-1, 1000), differences(1000), shifts(1000) == 2 ** 1000, squares(1000))
for n in (39, 40, 41):
    print(powers(n))
for n in (62, 63, 64, 65):
    print(shifts(n), -shifts(n))
