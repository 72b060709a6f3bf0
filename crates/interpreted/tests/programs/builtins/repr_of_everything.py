print(repr(1), repr(-1.5), repr(1j), repr(True), repr(None), repr("a'b"), repr([1, "x"]), repr((1,)), repr(()), repr({}), repr({"k": [1]}), repr({1}), repr(set()), repr(range(2)), repr(range(1, 5, 2)))
print(repr(ValueError("v")), repr(len), repr(int), repr(dict), repr(KeyError), repr({}.keys()), repr({1: 2}.values()), repr({1: 2}.items()), repr(print))
print([None, True, 1.0, "s", 'q"', (1, [2, {3: {4}}])], {"a": None, 2: ("t",), (1, 2): [3.5]}, ([],), [()], {0: {}}, [""], ("",))
print(list, str, float, complex, bool, tuple, set, range, enumerate, zip, reversed, Exception, ZeroDivisionError)
