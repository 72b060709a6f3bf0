# expect: 3: eval
print("never")
print(eval("1 + 1"))
