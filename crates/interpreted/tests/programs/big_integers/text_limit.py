try:
    print(len(str(10 ** 5000)))
except ValueError as error:
    print(error)
try:
    print(int("1" * 5000))
except ValueError as error:
    print(error)
print(len(str(10 ** 4299)))
print(int("f" * 5000, 16) == 16 ** 5000 - 1)
