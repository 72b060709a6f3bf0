def attempt(*arguments):
    try:
        print(range(*arguments))
    except (TypeError, ValueError) as error:
        print(error)


attempt()
attempt(1, 2, 0)
attempt(1.5)
attempt("5")
attempt(1, 2, 3, 4)
attempt(None)
attempt(0, 10, 1.0)
attempt(True)
try:
    range(5)[5]
except IndexError as error:
    print(error)
try:
    range(5)[0] = 1
except TypeError as error:
    print(error)
try:
    range(5).index(9)
except ValueError as error:
    print(error)
try:
    range(5) + [1]
except TypeError as error:
    print(error)
try:
    range(5)["a"]
except TypeError as error:
    print(error)
try:
    range(stop=5)
except TypeError as error:
    print(error)
