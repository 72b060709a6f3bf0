def grow(n):
    items = [1]
    for i in range(n):
        items.append(items[i] + i)
        if len(items) > 500:
            items = items[:400] + [0.5] * (i + 2 - 400) if i + 2 > 400 else items
    return len(items), items[-1], sum(items[:400])


print(grow(1000))


def shrink(items):
    total = 0
    for item in items:
        total += item
        if total > 300:
            items.pop()
    return total, len(items)


print(shrink([1] * 1000))
aliased = [0] * 10
rows = [aliased] * 100
for i in range(100):
    for j in range(10):
        rows[i][j] += i * j
print(aliased)
