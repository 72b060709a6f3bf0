# expect: 4: subprocess
print("never")
def f():
    import subprocess
