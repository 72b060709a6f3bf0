a = {"x": 1, "y": 2}
b = {"y": 20, "z": 30}
print(a | b, b | a, {} | a)
a |= b
print(a)
a |= [("w", 0)]
print(a)
print({key: a.get(key, 0) + b.get(key, 0) for key in a})
try:
    a | [("p", 1)]
except TypeError as error:
    print(error)
try:
    a |= 5
except TypeError as error:
    print(error)
