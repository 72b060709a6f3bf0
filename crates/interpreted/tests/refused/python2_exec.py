# expect: 3: SyntaxError: Missing parentheses in call to 'exec'. Did you mean exec(...)?
print("never")
exec "x = 1"
