def add(a, b):
    return a + b


def double(x):
    return x * 2


def run():
    results = []
    for a, b in [(1, 2)] * 400 + [(1.5, 2)] * 10 + [("a", "b")] * 10 + [([1], [2]), ((1,), (2,)), (1j, 1), (True, True), (2 ** 63 - 1, 1)]:
        results.append(double(add(a, b)))
    return results


results = run()
print(results[0], results[399], results[405], results[415], results[420:])
try:
    for pair in [(1, 2)] * 500 + [(1, None)]:
        add(*pair)
except TypeError as error:
    print(error)
