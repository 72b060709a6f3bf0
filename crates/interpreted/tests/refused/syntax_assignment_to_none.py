# expect: 3: SyntaxError: cannot assign to None
print("never")
None = 5
