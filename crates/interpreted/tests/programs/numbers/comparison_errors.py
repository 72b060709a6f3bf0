def attempt(a, b):
    try:
        print(a < b)
    except TypeError as error:
        print(error)
    try:
        print(a >= b)
    except TypeError as error:
        print(error)


attempt(1, "a")
attempt("a", 1.5)
attempt(1j, 2j)
attempt(1j, 1)
attempt(None, None)
attempt([1], (1,))
attempt({}, {})
attempt([1, "a"], [1, 2])
attempt((1, None), (1, 2))
attempt([1, 2, None], [1, 3, 4])
attempt(range(3), range(3))
