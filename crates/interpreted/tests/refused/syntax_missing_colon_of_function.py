# expect: 3: SyntaxError: expected ':'
print("never")
def f()
    return 1
