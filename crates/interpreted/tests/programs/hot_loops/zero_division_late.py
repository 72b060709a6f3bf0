def ratios(n):
    total = 0.0
    caught = []
    for i in range(n):
        try:
            total += 1.0 / (i - 700)
            total += 1 // (i - 800)
            total += i % (i - 900)
        except ZeroDivisionError as error:
            caught.append((i, str(error)))
    return total, caught


print(ratios(1000))


def floats(n):
    d = float(n)
    steps = 0
    try:
        while True:
            d -= 1.0
            steps += 1
            1.0 % d
    except ZeroDivisionError as error:
        return steps, str(error)


print(floats(800))
