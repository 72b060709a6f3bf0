# expect: 3: ur
print("never")
print(ur"\d")
