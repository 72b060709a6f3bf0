# expect: 3: input
print("never")
name = input("name? ")
