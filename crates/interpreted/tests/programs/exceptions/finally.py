def show(kind):
    try:
        print("try", kind)
        if kind == "raise":
            raise ValueError(kind)
        if kind == "return":
            return "returned"
    except ValueError as error:
        print("except", error)
        return "from except"
    else:
        print("else")
    finally:
        print("finally")
    return "end"


for kind in ("plain", "raise", "return"):
    print(show(kind))


def override():
    try:
        return "try"
    finally:
        return "finally"


def swallow():
    try:
        1 / 0
    finally:
        return "swallowed"


def keeps(n=1):
    try:
        return n
    finally:
        n = 2
        print("n is", n)


print(override(), swallow(), keeps())
