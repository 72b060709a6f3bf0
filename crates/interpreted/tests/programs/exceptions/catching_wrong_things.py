def attempt(what):
    try:
        try:
            1 / 0
        except what:
            print("caught")
    except TypeError as error:
        print(error)
    except ZeroDivisionError:
        print("passed by")


attempt(ZeroDivisionError)
attempt(ArithmeticError)
attempt(Exception)
attempt(BaseException)
attempt(ValueError)
attempt((ValueError, ZeroDivisionError))
attempt((ValueError, (KeyError, ArithmeticError)))
attempt(())
attempt(5)
attempt("text")
attempt(int)
attempt((ValueError, 5))
attempt([ZeroDivisionError])
