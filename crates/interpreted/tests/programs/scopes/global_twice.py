counter = 0


def increment(amount=1):
    global counter
    counter += amount
    return counter


def outer():
    counter = 100

    def inner():
        global counter
        counter += 1
        return counter

    return inner(), counter


increment()
increment(5)
print(counter, outer(), counter)


def delete():
    global counter
    del counter


delete()
try:
    counter
except NameError as error:
    print(error)
