def average():
    total = 0.0
    count = 0

    def add(value):
        nonlocal total, count
        total += value
        count += 1
        return total / count

    return add


mean = average()
print(mean(10), mean(20), mean(0))


def once(f):
    done = []

    def call(*arguments):
        if not done:
            done.append(f(*arguments))
        return done[0]

    return call


first = once(lambda x: x * 2)
print(first(5), first(100))
