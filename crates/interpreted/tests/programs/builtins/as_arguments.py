def apply(function, *arguments):
    return function(*arguments)


print(apply(len, "abc"), apply(max, 1, 5, 3), apply(int, "ff", 16), apply(str, 5), apply(sorted, [2, 1]), apply(divmod, 7, 3), apply(round, 2.567, 1), apply(list), apply(sum, [1, 2], 3), apply(isinstance, 1, int), apply(complex, 1, 2), apply(abs, -1), apply(repr, "a"), apply(tuple, "ab"))
print([f("7") for f in (int, float, complex, bool, str, list, tuple, len, repr)], sorted(["bb", "a"], key=len), max(["1", "20", "3"], key=int), sorted([-3, 2, 1], key=abs), min("b", "a", key=str))
methods = ["abc".upper, [3, 1].count, {1: 2}.get, "a-b".split]
print(methods[0](), methods[1](1), methods[2](1), methods[2](9, "d"), methods[3]("-"))
print(str.upper("abc"), list.count([1, 1], 1), sorted(["b", "A"], key=str.lower), dict.get({1: 2}, 1), str.join("-", ["a", "b"]), set.union({1}, {2}), max([[1], [1, 2]], key=len))
for bad in (lambda: str.upper(5), lambda: list.append(1, 2), lambda: dict.get()):
    try:
        bad()
    except TypeError as error:
        print(error)
