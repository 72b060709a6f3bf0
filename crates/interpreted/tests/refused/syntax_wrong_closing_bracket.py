# expect: 3: SyntaxError: closing parenthesis ']' does not match opening parenthesis '('
print("never")
items = (1, 2]
