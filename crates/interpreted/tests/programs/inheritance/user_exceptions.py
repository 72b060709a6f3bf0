class MyError(Exception):
    pass


class Detailed(ValueError):
    """A value out of range."""


try:
    raise MyError("x")
except MyError as error:
    print(error, repr(error), error.args)
try:
    raise Detailed("bad", 5)
except ValueError as error:
    print(error, repr(error), error.args, isinstance(error, Detailed), isinstance(error, Exception))
try:
    raise MyError
except Exception as error:
    print(repr(error), str(error) == "")
for kind in (MyError, Detailed, KeyError):
    try:
        raise kind("which")
    except Detailed:
        print("detailed")
    except (MyError, LookupError) as error:
        print("other", error)
