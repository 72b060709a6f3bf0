x = 1


def f():
    print(x)
    x = 2


def g(flag):
    if flag:
        y = 1
    return y


def h():
    x += 1


def k():
    for i in []:
        pass
    return i


def m():
    z = 1
    del z
    return z


for function in (f, lambda: g(False), h, k, m):
    try:
        function()
    except UnboundLocalError as error:
        print(error)
print(g(True), x)
try:
    undefined
except NameError as error:
    print(error)
try:
    del undefined
except NameError as error:
    print(error)
try:
    undefined += 1
except NameError as error:
    print(error)
