pair = (1, 2)
print(pair[1])
pair[2]
