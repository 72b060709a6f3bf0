print(dict(), dict(a=1, b=2), dict([("x", 1), ("y", 2)]), dict({"k": "v"}), dict({"a": 1}, a=2, b=3), dict(zip("ab", [1, 2])), dict((["p", "q"],)), dict(["ab", "cd"]))
for bad in (5, [1, 2], [(1, 2, 3)], ["abc"], [(1,)]):
    try:
        dict(bad)
    except TypeError as error:
        print(error)
    except ValueError as error:
        print(error)
try:
    dict([[[], 1]])
except TypeError as error:
    print(error)
try:
    dict({}, {})
except TypeError as error:
    print(error)
