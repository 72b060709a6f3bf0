d = {"a": 1}
for bad in ("b", 1, (1, 2), None, 1.5):
    try:
        d[bad]
    except KeyError as error:
        print(error, error.args)
for bad in ([], {}, set(), ([],)):
    try:
        d[bad]
    except TypeError as error:
        print(error)
    try:
        d[bad] = 1
    except TypeError as error:
        print(error)
    try:
        bad in d
    except TypeError as error:
        print(error)
try:
    del d["x"]
except KeyError as error:
    print(repr(error))
try:
    d.pop("x")
except KeyError as error:
    print(error)
try:
    {}.popitem()
except KeyError as error:
    print(error)
try:
    d.append(1)
except AttributeError as error:
    print(error)
try:
    d + {}
except TypeError as error:
    print(error)
