# expect: 3: SyntaxError: invalid syntax
print("never")
class = 5
