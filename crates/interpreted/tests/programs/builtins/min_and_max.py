print(min(3, 1, 2), max(3, 1, 2), min([5]), max("hello"), min({3: 0, 1: 9}), max({1, 7, 3}), min((2, 1), (1, 9)), max("a", "B", "c"))
print(min([1, -2, 3], key=abs), max([1, -2, 3], key=lambda n: n * n), min("bb", "a", key=len), max([], default=0), min((), default=None), max([1], default=0), max([], key=len, default="d"))
print(min(1, 1.0, True), max(1.0, 1, True), min(True, 1), max([0.0, -0.0]), min([-0.0, 0.0]), min(2, 10 ** 30), max(1.5, 2 ** 70), max(float("nan"), 1), max(1, float("nan")))
print(max(n % 5 for n in range(9)), min(range(3, 10)), max([[1, 2], [1, 3], [0, 9]]), max(["x"], ["y"]), min(3, 2, key=None))
for bad in (lambda: max(), lambda: min([]), lambda: max(1), lambda: min(1, "a"), lambda: max([1, None]), lambda: max(1j, 2j)):
    try:
        bad()
    except (TypeError, ValueError) as error:
        print(error)
