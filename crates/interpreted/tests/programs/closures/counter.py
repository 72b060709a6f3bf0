def make(start):
    count = start

    def step(amount=1):
        nonlocal count
        count += amount
        return count

    return step


a = make(0)
b = make(100)
print(a(), a(), a(10), b(), b(-1), a())
