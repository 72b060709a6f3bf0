def f():
    return "first"


g = f


def f():
    return "second"


print(f(), g())
len_of = len
len = lambda x: "mine"
print(len([1]), len_of([1]))
del len
print(len([1]))
list_copy = list


def shadow(list):
    return list[0]


print(shadow([7]), list("ab"))
if f() == "second":

    def f():
        return "third"


print(f())
