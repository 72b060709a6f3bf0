# expect: 3: IndentationError: unexpected indent
print("never")
    print("x")
