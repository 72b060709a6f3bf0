# expect: 3: SyntaxError: expected ':'
print("never")
if True
    print("x")
