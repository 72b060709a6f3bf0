# expect: 4: SyntaxError: expected ':'
if False:
    pass
else if True:
    print("never")
