n = 10


def consume(items):
    global n
    result = []
    for item in items:
        n += 1
        result.append(item)
    return result


print(consume(n for _ in range(3)), n)


def outer(k):
    return sum(k * i for i in range(4)), list((k, j) for j in (k, k + 1))


print(outer(3))
items = [1, 2, 3]


def run(generator):
    items.append(4)
    return list(generator)


print(run(i * 10 for i in items))


def rebind(generator):
    global items
    items = ["other"]
    return list(generator)


print(rebind(i for i in items), items)
