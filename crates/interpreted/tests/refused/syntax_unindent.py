# expect: 4: IndentationError: unindent does not match any outer indentation level
if True:
        print("never")
    print("x")
