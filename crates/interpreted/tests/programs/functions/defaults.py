def power(base, exponent=2, verbose=False):
    if verbose:
        print("power", base, exponent)
    return base ** exponent


print(power(3), power(3, 3), power(exponent=4, base=2), power(2, verbose=True))


def collect(item, items=[]):
    items.append(item)
    return items


print(collect(1), collect(2), collect(3, []), collect(4))
n = 5


def late(value=n):
    return value


n = 6
print(late(), late(n))
