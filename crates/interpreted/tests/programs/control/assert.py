assert True
assert 1 + 1 == 2, "never shown"
try:
    assert False
except AssertionError as error:
    print(repr(error), error.args)
try:
    assert [], "empty"
except AssertionError as error:
    print(repr(error), error)
try:
    assert 1 > 2, ("pair", 2)
except AssertionError as error:
    print(error, error.args)


def message():
    print("message is made")
    return "text"


assert 1, message()
try:
    assert 0, message()
except AssertionError as error:
    print(error)
