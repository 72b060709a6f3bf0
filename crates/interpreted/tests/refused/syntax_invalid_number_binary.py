# expect: 3: SyntaxError
print("never")
x = 0b102
