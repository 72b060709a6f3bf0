table = str.maketrans("abc", "xyz")
print("aabbcc d".translate(table), table)
print("hello".translate(str.maketrans("l", "L", "eo")), str.maketrans("a", "b", "cd"))
print("hello".translate({104: "H", 101: None, 108: 76, 111: "oo!"}), "abc".translate({}))
print("abc".translate(str.maketrans({"a": "1", "b": None, 99: 100})))
try:
    str.maketrans("ab", "x")
except ValueError as error:
    print(error)
try:
    str.maketrans("ab")
except TypeError as error:
    print(error)
try:
    str.maketrans({"ab": 1})
except ValueError as error:
    print(error)
