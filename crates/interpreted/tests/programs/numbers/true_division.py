print(1 / 3, 2 / 3, 7 / 2, -7 / 2, 6 / 3, 0 / 5, 0 / -5)
print((2 ** 53 + 1) / 1, (2 ** 64) / 3, (10 ** 30) / (10 ** 29), 10 ** 400 / 10 ** 399)
print(1 / 10 ** 320, 3 / 2 ** 1074, (2 ** 1024) / 2, 1 / 2 ** 1080)
try:
    10 ** 400 / 3
except OverflowError as error:
    print(error)
try:
    10 ** 400 * 1.0
except OverflowError as error:
    print(error)
try:
    1.0 + 10 ** 400
except OverflowError as error:
    print(error)
