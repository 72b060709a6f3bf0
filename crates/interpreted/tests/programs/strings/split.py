text = " a  b c "
print(text.split(), text.split(" "), text.split(" ", 2), text.split(None, 1), text.split(maxsplit=1), text.split(sep=" ", maxsplit=0))
print("a,b,,c".split(","), "a,b,,c".split(",", 1), "a,b,,c".split(",,"), "".split(), "".split(","), "abc".split("abc"), "a<>b<>c".split("<>", -1))
print(text.rsplit(), text.rsplit(" ", 1), text.rsplit(None, 1), "a,b,,c".rsplit(",", 2), "a,b".rsplit(sep=",", maxsplit=5), text.rsplit(maxsplit=0))
for bad in ("", 1):
    try:
        "abc".split(bad)
    except ValueError as error:
        print(error)
    except TypeError as error:
        print(error)
