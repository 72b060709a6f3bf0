# expect: 5: except ValueError as error
print("never")
try:
    int("x")
except ValueError, error:
    print(error)
