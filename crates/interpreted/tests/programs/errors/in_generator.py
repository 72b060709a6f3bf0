def total(items):
    return sum(items)


print(total(1 / n for n in (1, 2)))
print(total(1 / n for n in (1, 0)))
