pairs = [(1 + 2j, 3 + 4j), (1 + 2j, 4 + 3j), (1j, 1 + 0j), (5, 1j), (1e300 + 1e300j, 1e300 + 1e300j), (1 + 1j, 1e-300j)]
for a, b in pairs:
    print(a / b)
try:
    1j / 0j
except ZeroDivisionError as error:
    print(error)
try:
    1j // 2
except TypeError as error:
    print(error)
try:
    1j % 2
except TypeError as error:
    print(error)
try:
    divmod(1j, 1)
except TypeError as error:
    print(error)
