def attempt(a, b):
    try:
        print(a << b)
    except ValueError as error:
        print("ValueError:", error)
    except TypeError as error:
        print("TypeError:", error)
    try:
        print(a >> b)
    except ValueError as error:
        print("ValueError:", error)
    except TypeError as error:
        print("TypeError:", error)


attempt(1, -1)
attempt(0, -5)
attempt(1.0, 2)
attempt(1, 2.0)
attempt("a", 1)
print(0 << 10 ** 9)
