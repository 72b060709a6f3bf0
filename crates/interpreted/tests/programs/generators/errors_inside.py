def attempt(items):
    result = []
    try:
        for item in items:
            result.append(item)
    except ZeroDivisionError as error:
        print(error)
    return result, list(items)


print(attempt(6 // n for n in (3, 2, 0, 1)))
print(attempt(n for n in (1, 2)))
try:
    sum(n for n in [1, "a"])
except TypeError as error:
    print(error)
try:
    (n for n in 5)
except TypeError as error:
    print(error)
try:
    len(n for n in range(3))
except TypeError as error:
    print(error)
try:
    max(n for n in ())
except ValueError as error:
    print(error)
