def total(items):
    result = 0
    for i in range(len(items)):
        result = result + items[i] * 2
    return result


for other in (0.5, 2 ** 70, 1j, True, -1):
    items = [1] * 1000
    items[700] = other
    print(total(items))
items = [1] * 1000
items[700] = "x"
try:
    total(items)
except TypeError as error:
    print(error)
items[700] = [5]
try:
    total(items)
except TypeError as error:
    print(error)
