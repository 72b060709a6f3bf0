print(str(), str(1), str(1.0), str(True), str(None), str(1j), str("text"), str([1, "a"]), str({"a": 1}), str((1,)), str(range(3)), str(object=5))
print(repr("x"), repr(1), repr([1.0]), repr(repr("x")), str(len), str(int), str(ValueError))
print(list("abc"), tuple("ab"), sorted("hello"), "".join(reversed("abc")), list(enumerate("ab")), dict(zip("ab", "cd")))
