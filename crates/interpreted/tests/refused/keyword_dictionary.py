# expect: 3: **
print("never")
def f(**options):
    return options
