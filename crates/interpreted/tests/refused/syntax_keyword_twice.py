# expect: 3: SyntaxError
print("never")
print("x", sep="", sep="-")
