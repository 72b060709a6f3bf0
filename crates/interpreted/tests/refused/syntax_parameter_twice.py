# expect: 3: SyntaxError: duplicate argument 'a' in function definition
print("never")
def f(a, b, a):
    return a
