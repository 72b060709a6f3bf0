def my_abs(x):
    return 1000


def run(n):
    global abs
    total = 0
    for i in range(n):
        if i == 700:
            abs = my_abs
        total += abs(-i)
    return total


print(run(1000))
del abs
print(abs(-5))
scale = 2


def change():
    global scale
    scale += 0.5


def scaled(n):
    total = 0
    for i in range(n):
        if i % 250 == 249:
            change()
        total += i * scale
    return total


print(scaled(1000), scale)
