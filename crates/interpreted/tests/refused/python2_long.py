# expect: 3: SyntaxError
print("never")
print(10L)
