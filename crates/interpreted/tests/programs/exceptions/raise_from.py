try:
    try:
        int("x")
    except ValueError as error:
        raise RuntimeError("bad configuration") from error
except RuntimeError as error:
    print(error, repr(error))
try:
    raise KeyError("k") from None
except KeyError as error:
    print(error)
try:
    raise ValueError("v") from TypeError
except ValueError as error:
    print(error)
try:
    raise ValueError("v") from "text"
except TypeError as error:
    print(error)
