# expect: 3: SyntaxError: cannot assign to literal here. Maybe you meant '==' instead of '='?
print("never")
5 = x
