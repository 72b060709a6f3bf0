def f(n):
    squares = [i * n for i in range(n)]
    functions = [lambda: i for i in range(n)]
    nested = [[n * i + j for j in range(i)] for i in range(n)]
    return squares, [g() for g in functions], nested


print(f(3))
i = "outside"
total = [i for i in range(3)] + [i]
print(total)
try:
    [q for q in range(3)]
    print(q)
except NameError as error:
    print(error)
values = [1, 2]
print([values for values in values], values, [y for y in values if [z for z in values if z > y]])
table = {"k": [1, 2, 3]}
print([v for k in table for v in table[k]], {k: sum(v) for k, v in table.items()})
