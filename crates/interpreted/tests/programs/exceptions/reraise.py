def work():
    try:
        [1][5]
    except IndexError:
        print("noted")
        raise


try:
    work()
except IndexError as error:
    print("again:", error)
try:
    try:
        {}["x"]
    except KeyError as error:
        raise error
except KeyError as error:
    print("same:", error)
try:
    raise
except RuntimeError as error:
    print(error)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        try:
            int("x")
        except ValueError as inner:
            print(inner)
        raise
except ZeroDivisionError as error:
    print(error)
