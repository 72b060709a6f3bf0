# expect: 3: SyntaxError
print("never")
x = "\xg1"
