class InputError(Exception):
    def __init__(self, field, reason):
        self.field = field
        self.reason = reason


try:
    raise InputError("age", "negative")
except InputError as error:
    print(error.field, error.reason, error.args)
error = InputError("name", "empty")
error.extra = 5
print(error.extra, isinstance(error, Exception))
