from beside_broken import outer

print("before")
outer([3, 2, 1, 0])
