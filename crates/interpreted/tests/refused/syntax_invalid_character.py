# expect: 3: SyntaxError
print("never")
price = 5 € 3
