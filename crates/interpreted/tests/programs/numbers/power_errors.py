def attempt(base, exponent):
    try:
        print(base ** exponent)
    except ZeroDivisionError as error:
        print("ZeroDivisionError:", error)
    except OverflowError as error:
        print("OverflowError:", error)


attempt(0, -1)
attempt(0.0, -1)
attempt(0, -1.0)
attempt(0.0, -0.5)
attempt(10.0, 400)
attempt(1e200, 2)
attempt(0j, -1)
attempt(0j, 1j)
attempt(0j, 0)
