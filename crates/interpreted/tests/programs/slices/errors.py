items = [1, 2, 3, 4, 5]
try:
    items[::2] = [1, 2]
except ValueError as error:
    print(error)
try:
    items[::0]
except ValueError as error:
    print(error)
try:
    items[1:2] = 5
except TypeError as error:
    print(error)
try:
    items["a":]
except TypeError as error:
    print(error)
try:
    items[1.0:2]
except TypeError as error:
    print(error)
try:
    (1, 2, 3)[0:1] = (5,)
except TypeError as error:
    print(error)
try:
    items[::2] = 7
except TypeError as error:
    print(error)
try:
    {1: 2}[1:2]
except TypeError as error:
    print(error)
try:
    len(items)[1:2]
except TypeError as error:
    print(error)
print(items)
