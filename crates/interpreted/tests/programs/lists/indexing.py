items = [10, 20, 30]
print(items[0], items[-1], items[-3], items[True], items[1 - 1])
items[0] = "first"
items[-1] += 5
print(items)
for bad in (3, -4, 2 ** 70):
    try:
        items[bad]
    except IndexError as error:
        print(error)
    try:
        items[bad] = 1
    except IndexError as error:
        print(error)
    try:
        del items[bad]
    except IndexError as error:
        print(error)
for bad in ("a", 1.0, None, (1,)):
    try:
        items[bad]
    except TypeError as error:
        print(error)
    try:
        items[bad] = 1
    except TypeError as error:
        print(error)
