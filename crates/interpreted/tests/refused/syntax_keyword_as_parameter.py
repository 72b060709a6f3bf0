# expect: 3: SyntaxError: invalid syntax
print("never")
def f(if):
    pass
