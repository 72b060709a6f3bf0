functions = []
for i in range(3):
    functions.append(lambda: i)
print([f() for f in functions])
i = "changed"
print([f() for f in functions])
functions = [lambda: j for j in range(3)]
print([f() for f in functions])
functions = [lambda n=k: n for k in range(3)]
print([f() for f in functions])


def make():
    made = []
    for n in range(3):

        def show():
            return n

        made.append(show)
    n = "last"
    return made


print([f() for f in make()])
