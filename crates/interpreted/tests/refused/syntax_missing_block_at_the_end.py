# expect: 3: IndentationError: expected an indented block after 'while' statement on line 3
print("never")
while True:
