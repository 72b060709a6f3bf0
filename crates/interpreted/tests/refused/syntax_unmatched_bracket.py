# expect: 3: SyntaxError: unmatched ')'
print("never")
print(1))
