def read(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError("cannot read") from error


print(read("5"))
read("x")
