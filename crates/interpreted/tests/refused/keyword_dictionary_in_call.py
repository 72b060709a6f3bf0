# expect: 5: **
print("never")
def f(a):
    return a
print(f(**{"a": 1}))
