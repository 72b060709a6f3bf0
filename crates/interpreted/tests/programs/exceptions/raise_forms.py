forms = [ValueError, ValueError(), ValueError("text"), ValueError("a", 1), ValueError(None), KeyError("k"), KeyError(), KeyError("a", "b"), IndexError(5), Exception([1])]
for form in forms:
    try:
        raise form
    except Exception as error:
        print(str(error), repr(error), error.args, error is form)
for bad in (5, "text", None, int, [ValueError]):
    try:
        raise bad
    except TypeError as error:
        print(error)
stored = ValueError("stored")
for _ in range(2):
    try:
        raise stored
    except ValueError as error:
        print(error is stored)
