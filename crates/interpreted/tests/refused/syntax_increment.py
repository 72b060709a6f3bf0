# expect: 3: SyntaxError: invalid syntax
x = 1
x++
