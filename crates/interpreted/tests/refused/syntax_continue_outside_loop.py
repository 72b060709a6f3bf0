# expect: 4: SyntaxError: 'continue' not properly in loop
for i in range(3):
    pass
continue
