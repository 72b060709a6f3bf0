d = {1: 2}
for key in d:
    d[key + 1] = 0
