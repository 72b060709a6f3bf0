def make(name):
    print("make", name)
    return name


def f(a, b=make("b"), c=make("c")):
    return a, b, c


print(f(1))
print(f(1, 2))
print(f(1, c=3))
for i in range(2):

    def g(x=make(i)):
        return x

    print(g(), g("given"))
