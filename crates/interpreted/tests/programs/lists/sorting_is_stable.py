people = [("Ann", 30), ("Bob", 25), ("Cid", 30), ("Dan", 25), ("Eve", 30)]
print(sorted(people, key=lambda p: p[1]))
print(sorted(people, key=lambda p: p[1], reverse=True))
calls = []


def key(n):
    calls.append(n)
    return n % 3


print(sorted([5, 4, 3, 2, 1, 0], key=key), calls)
nan = float("nan")
print(sorted([3.0, 1.0, 2.0, -0.0, 0.0, 0]))
