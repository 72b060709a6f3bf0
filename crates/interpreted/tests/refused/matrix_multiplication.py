# expect: 4: @
print("never")
a = b = 1
print(a @ b)
