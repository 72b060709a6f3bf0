def f(name, value=None):
    print(name, end=" ")
    return value


items = [0, 0]
items[f("index", 1)] = f("value", 5)
print(items)
f("a", 1) + f("b", 2) * f("c", 3)
print()
print([f("x"), f("y")], {f("k", 1): f("v", 2)}, (f("s"), f("t")))
(f("callee", max))(f("first", 1), f("second", 2))
print()
f("obj", items)[f("sub", 0)] += f("added", 3)
print(items)
f("left", 1) if f("test", 0) else f("right", 2)
print()
f("p", 1) < f("q", 0) < f("r", 5)
print()
print(f("one", "text")[f("two", 1) : f("three", 3)], "%s %s" % (f("m"), f("n")), f"{f('u')} {f('w')}")
