d = {1: "one"}
d[1.0] = "float"
d[True] = "bool"
print(d, d[1], len(d))
d[2 ** 53] = "wide"
print(d[2.0 ** 53], 2.0 ** 53 in d, 2 ** 53 + 1 in d)
d[0] = "zero"
print(d[-0.0], d[False], d[0j])
d[float("inf")] = "infinity"
d[None] = "none"
print(d[float("inf")], d[None], d)
nan = float("nan")
d = {nan: 1}
print(nan in d, d[nan], nan == nan)
