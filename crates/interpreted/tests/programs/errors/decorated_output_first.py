print("partial", end="")
print([1][1])
