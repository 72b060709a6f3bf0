def show(n):
    print("made", n)
    return n


print(any(show(n) > 1 for n in range(5)))
print(all(show(n) < 1 for n in range(5)))
for value in (show(n) * 10 for n in range(2)):
    print("got", value)
for a, b in zip((show(n) for n in range(5)), "ab"):
    print(a, b)
print(sum(show(n) for n in range(3)))


def first(items):
    for item in items:
        return item


print(first(show(n) for n in range(5)))
