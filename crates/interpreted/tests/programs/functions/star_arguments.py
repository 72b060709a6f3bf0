def total(*numbers):
    return len(numbers), sum(numbers), numbers


print(total(), total(1), total(1, 2, 3), total(*range(4)), total(*[1], *(2,), 3, *{4}))


def first(scale, a, *rest):
    return a * scale, [r * scale for r in rest]


print(first(10, 1, 2, 3), first(1, 5), first(2, *"ab"))


def forward(*arguments):
    return total(*arguments, *arguments)


print(forward(1, 2), max(*[3, 9, 2]), print(*"abc", sep="."))
