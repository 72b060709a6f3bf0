error = "before"
try:
    1 / 0
except ZeroDivisionError as error:
    print(error)
try:
    print(error)
except NameError as missing:
    print(missing)


def f():
    try:
        [][0]
    except IndexError as e:
        kept = e
    try:
        return e
    except UnboundLocalError as missing:
        return str(missing), str(kept)


print(f())
