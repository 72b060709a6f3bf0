# expect: 3: SyntaxError
print("never")
items = [1, 2 3]
