class Broken(Exception):
    pass


def work(n):
    if n == 0:
        raise Broken("no work left")
    work(n - 1)


print("begin")
work(2)
print("never")
