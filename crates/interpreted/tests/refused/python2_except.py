# expect: 5: In Python 3: except Exception as error
print("never")
try:
    int("x")
except ValueError, error:
    print(error)
