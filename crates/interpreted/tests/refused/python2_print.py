# expect: 3: SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
print("never")
print "x"
