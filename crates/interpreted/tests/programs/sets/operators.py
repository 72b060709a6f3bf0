a = {1, 2, 3}
b = {2, 3, 4}
print(a | b, a & b, a - b, b - a, a ^ b, a | b | {9})
print(a < b, {2} < a, a <= a, a < a, a > {1}, a >= {1, 2, 3}, set() < a, a == {3, 2, 1})
a |= {10}
a &= {1, 2, 10, 11}
a -= {1}
a ^= {2, 5}
print(a)
for operator in "|&-^":
    try:
        if operator == "|":
            a | [1]
        elif operator == "&":
            a & [1]
        elif operator == "-":
            a - [1]
        else:
            a ^ [1]
    except TypeError as error:
        print(error)
try:
    a < [1]
except TypeError as error:
    print(error)
try:
    a |= [1]
except TypeError as error:
    print(error)
try:
    a + b
except TypeError as error:
    print(error)
