def inner(n):
    try:
        return 10 // n
    except TypeError:
        return "type"
    finally:
        print("inner finally", n)


def outer(n):
    try:
        return inner(n)
    except ZeroDivisionError as error:
        try:
            raise KeyError("while handling")
        except KeyError as second:
            print("second", second)
        print("first again", error)
        return "zero"


print(outer(5), outer(0), outer("a"))
try:
    try:
        raise ValueError("one")
    finally:
        print("passing")
except ValueError as error:
    print("got", error)
try:
    try:
        raise ValueError("one")
    except ValueError:
        raise TypeError("two")
except TypeError as error:
    print("got", error)
try:
    try:
        raise ValueError("one")
    finally:
        raise TypeError("from finally")
except TypeError as error:
    print("got", error)
