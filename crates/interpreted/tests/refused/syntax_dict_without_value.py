# expect: 3: SyntaxError
print("never")
d = {"a": 1, "b"}
