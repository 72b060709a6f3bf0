# expect: 3: SyntaxError: invalid decimal literal
print("never")
x = 1__000
