print(list(reversed([1, 2, 3])), list(reversed("abc")), list(reversed((1, 2))), list(reversed(range(3))), list(reversed({1: "a", 2: "b"})), "".join(reversed("xyz")))
print(sorted([2, 3, 1]), sorted("hello"), sorted({3, 1}), sorted({"b": 1, "a": 2}), sorted((2, 1), reverse=True), sorted(["b", "A"], key=lambda s: s.lower()), sorted([], key=len), sorted(range(5), key=lambda n: -n, reverse=True))
items = [1, 2, 3]
backwards = reversed(items)
items.append(4)
print(list(backwards), list(backwards), sorted([(1, "b"), (1, "a"), (0, "c")]), sorted([True, False, 2, -1.5]), sorted([[2], [1, 2], [1]]), sorted([1, 2], key=None))
for bad in (lambda: reversed({1}), lambda: reversed(n for n in "a"), lambda: sorted([1, "a"]), lambda: sorted([None, 1]), lambda: sorted([1j, 2j]), lambda: sorted(5), lambda: sorted([{}, {}])):
    try:
        bad()
    except TypeError as error:
        print(error)
