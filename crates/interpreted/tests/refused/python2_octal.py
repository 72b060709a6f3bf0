# expect: 3: SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
print("never")
print(0777)
