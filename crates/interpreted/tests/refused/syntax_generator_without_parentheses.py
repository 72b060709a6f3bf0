# expect: 3: SyntaxError
print("never")
print(sum(x for x in range(3), 5))
