# expect: 3: str
print("never")
print(unicode("x"))
