# expect: 3: SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
x = 5
print x
