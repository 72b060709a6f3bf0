# expect: 3: SyntaxError
print("never")
print(f"{1")
