# expect: 3: SyntaxError
print("never")
a, b += 1, 2
