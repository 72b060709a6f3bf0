print(len("abc"))
print(len(3))
