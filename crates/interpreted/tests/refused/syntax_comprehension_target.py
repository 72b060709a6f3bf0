# expect: 3: SyntaxError
print("never")
x = [i for 5 in range(3)]
