def attempt(text, number):
    try:
        if number == 0:
            text.nothing()
        elif number == 1:
            text.upper(1)
        elif number == 2:
            text.replace("a")
        elif number == 3:
            text.join()
        elif number == 4:
            text.center()
        elif number == 5:
            text.zfill("5")
        elif number == 6:
            text.split(maxsplits=1)
        elif number == 7:
            text.center("5")
        elif number == 8:
            text.append("x")
        elif number == 9:
            text.startswith()
        elif number == 10:
            text.length
    except (AttributeError, TypeError) as error:
        print(error)


for number in range(11):
    attempt("abc", number)
