# expect: 3: **
print("never")
print({**{"a": 1}, "b": 2})
