# expect: 4: SyntaxError: 'break' outside loop
print("never")
if True:
    break
