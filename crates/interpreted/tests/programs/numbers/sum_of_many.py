print(sum([]), sum([1, 2, 3]), sum([1, 2.5]), sum((1, 2), 10), sum([1j, 2]), sum([], 5.0))
print(sum([[1], [2]], []), sum([(1,), (2, 3)], ()), sum(range(101)), sum([1, 2], start=0.5))
print(sum([2 ** 62, 2 ** 62, 2 ** 62]), sum([1e308, 1e308, -1e308]), sum([True] * 3))
print(sum([0.1, 0.2, 0.3, -0.3, -0.2, -0.1]))
for bad in (["a"], [None], [[1]]):
    try:
        sum(bad)
    except TypeError as error:
        print(error)
try:
    sum(["a"], "")
except TypeError as error:
    print(error)
