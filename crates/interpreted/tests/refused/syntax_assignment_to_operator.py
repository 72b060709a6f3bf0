# expect: 3: SyntaxError
print("never")
a + 1 = 2
