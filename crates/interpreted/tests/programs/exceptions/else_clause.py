def parse(text):
    try:
        value = int(text)
    except ValueError:
        print(text, "is none")
        value = -1
    else:
        print(text, "parsed")
        value *= 2
    finally:
        print("done")
    return value


print(parse("21"), parse("x"))
try:
    try:
        print("inner")
    except ValueError:
        print("not here")
    else:
        raise ValueError("from else")
    finally:
        print("inner finally")
except ValueError as error:
    print("outer caught", error)
