from array import array

attempts = [
    lambda: array("i", [1.5]), lambda: array("d", ["a"]), lambda: array("z", []), lambda: array("i", [2 ** 40]), lambda: array("b", [200]), lambda: array("B", [-1]),
    lambda: array("d")[0], lambda: array("i", [1]).append("x"), lambda: array("i", [1]).remove(5), lambda: array("i", [1]).index(5), lambda: array("d").pop(), lambda: array("i", [1]) + [2],
    lambda: array("i", [1]) + array("d", [2]), lambda: array("i", [1]).nothing, lambda: array(), lambda: array(5), lambda: array("i", 5),
]
for attempt in attempts:
    try:
        print(attempt())
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError) as error:
        print(repr(error))
a = array("i", [1, 2])
try:
    a[5] = 1
except IndexError as error:
    print(error)
try:
    a["x"]
except TypeError as error:
    print(error)
try:
    a[0] = 1.5
except TypeError as error:
    print(error)
print(a)
