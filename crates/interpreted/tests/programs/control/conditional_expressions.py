for n in range(-1, 3):
    print("negative" if n < 0 else "zero" if n == 0 else "positive", n if n else "none", (1 if n else 2) + 1, 1 if n else 2 + 1)


def pick(flag):
    return print("left") if flag else print("right")


pick(True)
pick(False)
print([x if x % 2 else -x for x in range(5)], (lambda x: "a" if x else "b")(0), {"k": 1 if [] else 2})
