# expect: 3: SyntaxError: invalid syntax
print("never")
f = lambda x: return x
