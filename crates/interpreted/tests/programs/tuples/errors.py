t = (1, 2, 3)
try:
    t[0] = 5
except TypeError as error:
    print(error)
try:
    del t[0]
except TypeError as error:
    print(error)
try:
    t[3]
except IndexError as error:
    print(error)
try:
    t["a"]
except TypeError as error:
    print(error)
try:
    t + [4]
except TypeError as error:
    print(error)
try:
    t.sort()
except AttributeError as error:
    print(error)
try:
    tuple(5)
except TypeError as error:
    print(error)
inner = ([1], 2)
try:
    inner[0] += [5]
except TypeError as error:
    print(error)
print(inner)
