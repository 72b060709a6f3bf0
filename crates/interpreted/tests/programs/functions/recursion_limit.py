def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


print(down(900))


def forever(n):
    return forever(n + 1)


try:
    forever(0)
except RecursionError as error:
    print(error)
try:
    (lambda f: f(f))(lambda f: f(f))
except RecursionError as error:
    print(error)
print(down(500))
