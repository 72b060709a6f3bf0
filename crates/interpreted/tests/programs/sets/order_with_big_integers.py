print({2 ** 61 - 1, 2 ** 61, 2 ** 61 + 1, 2 ** 62}, {10 ** 20, 10 ** 21, 10 ** 22}, {-(10 ** 20), 10 ** 20, 5})
s = {2 ** n for n in range(55, 70)}
print(s)
s = {-(3 ** n) for n in range(30, 50, 2)}
print(s, len(s))
print({None} == {None}, {True, None, 5} >= {None}, {-1, -2}, {2 ** 61 - 2, -1})
