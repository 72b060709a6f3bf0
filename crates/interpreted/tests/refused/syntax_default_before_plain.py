# expect: 3: SyntaxError: non-default argument follows default argument
print("never")
def f(a=1, b):
    return a
