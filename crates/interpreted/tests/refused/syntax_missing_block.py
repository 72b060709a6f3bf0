# expect: 4: IndentationError: expected an indented block after 'for' statement on line 3
print("never")
for i in range(3):
print(i)
