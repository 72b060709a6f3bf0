# expect: 4: SyntaxError: 'return' outside function
print("never")
class A:
    return 5
