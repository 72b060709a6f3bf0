print(float(10 ** 300))
print(10 ** 400 / 3.0)
