def total(*bounds):
    result = 0
    steps = 0
    for i in range(*bounds):
        result += i
        steps += 1
    return result, steps


print(total(1000), total(-1000), total(5, 2000, 7), total(2000, 5, -7), total(0), total(10, 10), total(-500, 500), total(500, -500, -1), total(0, 1001, 1000))
top = 2 ** 63 - 1500
print(total(top, top + 1000), total(top, top + 1000, 999), total(-top, -top - 1000, -1))


def changing(n):
    seen = 0
    limit = n
    for i in range(limit):
        limit = 5
        i += 10
        seen += i
    return seen, i, limit


print(changing(1000))
