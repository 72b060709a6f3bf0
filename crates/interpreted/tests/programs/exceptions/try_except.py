def attempt(action):
    try:
        result = action()
    except ZeroDivisionError:
        return "zero"
    except (TypeError, ValueError) as error:
        return "bad: " + str(error)
    except LookupError as error:
        return "lookup: " + repr(error)
    except Exception as error:
        return "other: " + repr(error)
    else:
        return result


print(attempt(lambda: 1))
print(attempt(lambda: 1 / 0))
print(attempt(lambda: "a" + 1))
print(attempt(lambda: int("x")))
print(attempt(lambda: [][1]))
print(attempt(lambda: {}["k"]))
print(attempt(lambda: undefined))
print(attempt(lambda: (1).x))
try:
    1 / 0
except:
    print("anything")
try:
    pass
except ValueError:
    print("never")
else:
    print("else")
