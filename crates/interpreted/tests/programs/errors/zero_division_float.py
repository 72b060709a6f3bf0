values = [1.5, 0.0]
print(values[0] // values[0])
print(values[0] // values[1])
