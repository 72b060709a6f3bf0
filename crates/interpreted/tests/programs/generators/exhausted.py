def twice(items):
    return list(items), list(items)


print(twice(n for n in range(3)), twice([1, 2]), twice(zip("ab", "cd")), twice(enumerate("a")), twice(reversed([1, 2])), twice(range(2)))


def pairs(items):
    return list(zip(items, items))


print(pairs(n for n in range(6)), pairs(range(3)), pairs(n for n in range(5)))


def partly(items):
    for item in items:
        if item == 2:
            break
    return [item for item in items]


print(partly(n for n in range(6)), partly(range(6)), partly(enumerate([])))
