list = [1, 2]
print(list)
list((1, 2))
