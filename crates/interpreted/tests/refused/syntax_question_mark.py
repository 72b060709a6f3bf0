# expect: 3: SyntaxError: invalid syntax
print("never")
x = 5 ? 3
