# expect: 3: SyntaxError: nonlocal declaration not allowed at module level
print("never")
nonlocal x
