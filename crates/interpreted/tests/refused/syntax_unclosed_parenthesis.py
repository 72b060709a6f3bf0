# expect: 3: SyntaxError: '(' was never closed
print("never")
print("a", (1 + 2)
