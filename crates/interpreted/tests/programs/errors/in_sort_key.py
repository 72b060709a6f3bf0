def key(x):
    return 10 % x


print(sorted([3, 4, 0], key=key))
