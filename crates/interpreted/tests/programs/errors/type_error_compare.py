print(1 < 2.5)
print(sorted([3, "a", 1]))
