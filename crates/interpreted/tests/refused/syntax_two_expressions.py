# expect: 3: SyntaxError: invalid syntax
print("never")
x = 1 2
