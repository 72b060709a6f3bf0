# expect: 3: SyntaxError
print("never")
print(sep="", "x")
