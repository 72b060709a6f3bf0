t = ("a", "b", "a", "c", 1, 1.0, True)
print(t.count("a"), t.count(1), t.count("z"), t.index("a"), t.index("a", 1), t.index(True), t.index("c", 0, 4))
for bad in (("z",), ("a", 3), ("c", 0, 3)):
    try:
        t.index(*bad)
    except ValueError as error:
        print(error)
try:
    t.append(1)
except AttributeError as error:
    print(error)
try:
    t.count()
except TypeError as error:
    print(error)
