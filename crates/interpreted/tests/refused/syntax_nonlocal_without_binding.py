# expect: 4: SyntaxError: no binding for nonlocal 'missing' found
print("never")
def f():
    nonlocal missing
    missing = 1
