# expect: 5: SyntaxError: closing parenthesis ')' does not match opening parenthesis '{' on line 3
print("never")
items = {
    1, 2
)
