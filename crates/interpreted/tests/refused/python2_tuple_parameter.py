# expect: 3: SyntaxError
print("never")
def f((a, b), c):
    return a
