# expect: 3: SyntaxError: 'return' outside function
print("never")
return 5
