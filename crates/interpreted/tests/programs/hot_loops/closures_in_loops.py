def make():
    total = 0

    def add(x):
        nonlocal total
        total = total + x
        return total

    return add


def run(n):
    add = make()
    for i in range(n):
        if i == 800:
            add(0.5)
        add(i)
    return add(0)


print(run(1000))


def cell(n):
    x = 0
    show = lambda: x
    seen = []
    for i in range(n):
        x += i
        if i % 250 == 0:
            seen.append(show())
    return seen, show()


print(cell(1000))
print(sum(f(i) for i in range(500) for f in (lambda k: k * i, lambda k: k - i)))
