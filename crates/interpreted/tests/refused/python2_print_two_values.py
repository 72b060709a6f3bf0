# expect: 3: print(
print("never")
print ("a"), 1
