# expect: 3: SyntaxError: '[' was never closed
print("never")
items = [1, 2,
    3
print(items)
