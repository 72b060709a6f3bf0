# expect: 3: input
print("never")
name = raw_input("name? ")
