# expect: 3: SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?
print("never")
len("a") = 5
