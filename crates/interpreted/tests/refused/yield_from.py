# expect: 3: yield
def numbers(items):
    yield from items
