# expect: 3: SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?
x = 1
if x = 1:
    print("never")
