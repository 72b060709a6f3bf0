def first(x):
    return x[0]


print(first("ab"))
print(first(None))
