# expect: 3: SyntaxError
print("never")
f = lambda (a, b): a
