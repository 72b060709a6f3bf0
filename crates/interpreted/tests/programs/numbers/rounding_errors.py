def attempt(value):
    try:
        print(round(value))
    except (OverflowError, ValueError, TypeError) as error:
        print(error)


attempt(float("inf"))
attempt(float("-inf"))
attempt(float("nan"))
attempt("2.5")
attempt(2.5 + 0j)
print(round(float("inf"), 2), round(float("nan"), 1))
try:
    round(2.5, 1.0)
except TypeError as error:
    print(error)
