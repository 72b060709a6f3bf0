x = "global"


def read():
    return x


def write():
    x = "local"
    return x


def change():
    global x, made
    x = "changed"
    made = "made here"


print(read(), write(), x)
change()
print(read(), x, made)


def count():
    global total
    total = 0
    for n in range(5):
        total += n
    return total


print(count(), total)
