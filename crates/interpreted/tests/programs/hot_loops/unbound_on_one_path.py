def late(n, limit):
    for i in range(n):
        if i >= limit:
            found = i
    return found


print(late(1000, 10))
try:
    print(late(1000, 1000))
except UnboundLocalError as error:
    print(error)


def deleted(n):
    x = 0
    total = 0
    for i in range(n):
        if i == 900:
            del x
        total += x
        x = i
    return total


try:
    print(deleted(900), deleted(1000))
except UnboundLocalError as error:
    print(error)


def empty(n):
    for i in range(n):
        pass
    return i


print(empty(1000))
try:
    empty(0)
except UnboundLocalError as error:
    print(error)
