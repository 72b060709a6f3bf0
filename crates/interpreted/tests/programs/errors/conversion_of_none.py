numbers = ["1", None]
print([int(n) for n in numbers])
