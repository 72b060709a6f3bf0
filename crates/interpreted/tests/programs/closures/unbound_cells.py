def outer(flag):
    def inner():
        return value

    try:
        return inner()
    except NameError as error:
        print(error)
    if flag:
        value = "set later"
    try:
        return inner()
    except NameError as error:
        return str(error)


print(outer(True))
print(outer(False))


def deleted():
    value = 1

    def inner():
        return value

    print(inner())
    del value
    try:
        inner()
    except NameError as error:
        print(error)


deleted()
