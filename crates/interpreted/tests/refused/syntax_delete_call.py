# expect: 3: SyntaxError
print("never")
del print("x")
