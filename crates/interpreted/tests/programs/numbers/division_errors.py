def attempt(a, b):
    for operator in ("/", "//", "%", "divmod"):
        try:
            if operator == "/":
                print(a / b)
            elif operator == "//":
                print(a // b)
            elif operator == "%":
                print(a % b)
            else:
                print(divmod(a, b))
        except ZeroDivisionError as error:
            print(operator, error)
        except TypeError as error:
            print(operator, error)


attempt(1, 0)
attempt(1.0, 0)
attempt(1, 0.0)
attempt(2 ** 70, 0)
attempt(0, False)
attempt(1j, 0)
attempt(1j, 2)
attempt("a", 2)
