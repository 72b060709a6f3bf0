import cmath, math


def declare():
    low, high = 0, 10
    result: list
    if low < high:
        result = [low, high]
    else:
        return
    return result


first = second = None


def remember(a, b):
    global first, second
    if a == b:
        return
    first, second = a, b


remember(1, 1)
print(declare(), first, second)
remember(1, 2)
print(first, second, 3 ** 2 ** 2 ** 0, 0.5 ** 2 ** 3, math.pi < 4, cmath.inf > 3)


def kinds(wide):
    if wide:

        class Wide:
            width = 2

        return Wide
    for height in (1, 2):

        class High:
            width = height

    return High


print(kinds(True)().width, kinds(False)().width)
values = list(range(8))
values[2:4] += "ab"
values[-1:] *= 2
print(values)
print([(x, y) for x in range(5) if x % 2 if x > 1 for y in range(3) if y if y < x], {n for n in range(20) if n % 2 == 0 if n % 3 == 0} == {0, 6, 12, 18})
joined = {*range(3), *[2, 3], *()}
print(len(joined), 3 in joined, f"{'naïve'!a:_<12}")
pick = lambda *choices: choices[-1] if choices else None
print(pick(), pick(1), pick(1, 2, 3))
for attempt in (0, 1):
    try:
        print(10 // attempt)
    except:
        print("failed")
