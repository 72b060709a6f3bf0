print([1, 2] + [3], [1, 2] * 2, 2 * [0], [1] * 0, [1] * -3, [] + [], [[]] * 2)
print([1, 2] == [1, 2], [1, 2] == [1.0, 2.0], [1, 2] != [2, 1], [1, 2] < [1, 3], [1, 2] < [1, 2, 0], [] < [0], [2] > [1, 9], [1] <= [1])
print(2 in [1, 2], 2.0 in [1, 2], "2" in [1, 2], [1] in [[1], 2], None in [0], 5 not in [])
items = [1]
items += (2, 3)
items += "ab"
items *= 2
print(items)
try:
    [1] + (2,)
except TypeError as error:
    print(error)
try:
    items += 5
except TypeError as error:
    print(error)
try:
    [1] * [2]
except TypeError as error:
    print(error)
try:
    [1] * 1.5
except TypeError as error:
    print(error)
