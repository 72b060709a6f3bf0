# expect: 3: SyntaxError: invalid syntax
print("never")
else:
    pass
