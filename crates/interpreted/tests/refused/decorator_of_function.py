# expect: 7: decorator
def shout(f):
    return lambda: f().upper()


print("never")
@shout
def text():
    return "text"
