# expect: 4: yield
print("never")
def numbers():
    yield 1
