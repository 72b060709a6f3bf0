# expect: 4: exec
print("never")
def f():
    exec("x = 1")
