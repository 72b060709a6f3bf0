def nothing():
    return


def implicit():
    1 + 1


def several():
    return 1, 2, 3


def early(items):
    for item in items:
        if item > 2:
            return item
    return None


print(nothing(), implicit(), several(), early([1, 5, 3]), early([]))
a, *b = several()
print(a, b, [several()], several()[1])


def star():
    return 0, *several()


print(star())
