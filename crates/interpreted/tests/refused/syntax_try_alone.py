# expect: 5: SyntaxError: expected 'except' or 'finally' block
print("never")
try:
    pass
print("x")
