class Thing:
    kind = "thing"

    def __init__(self):
        self.value = 1

    def method(self):
        return self.missing


thing = Thing()
for attempt in (
    lambda: thing.nothing,
    lambda: thing.method(),
    lambda: Thing.nothing,
    lambda: thing.value.real.nothing,
    lambda: thing.call(),
    lambda: thing(),
    lambda: thing.value(),
    lambda: thing.kind(),
    lambda: thing + 1,
    lambda: thing[0],
    lambda: len(thing),
    lambda: -thing,
    lambda: thing < thing,
    lambda: 1 in thing,
    lambda: list(thing),
    lambda: abs(thing),
    lambda: int(thing),
    lambda: Thing.method(),
    lambda: None.value,
    lambda: [].value,
    lambda: (1.5).value,
    lambda: len.value,
    lambda: print.value.deeper,
):
    try:
        print(attempt())
    except (AttributeError, TypeError) as error:
        print(error)
try:
    thing[0] = 1
except TypeError as error:
    print(error)
try:
    del thing.nothing
except AttributeError as error:
    print(error)
try:
    del thing.kind
except AttributeError as error:
    print(error)
try:
    (5).x = 1
except AttributeError as error:
    print(error)
try:
    for _ in thing:
        pass
except TypeError as error:
    print(error)
