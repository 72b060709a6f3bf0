def attempt(*arguments):
    try:
        print(complex(*arguments))
    except (ValueError, TypeError, OverflowError) as error:
        print(error)


for text in ("", "1 + 2j", "1+2", "abc", "1+j2", "(1+2j", "1j+2", "--1j"):
    attempt(text)
attempt("1", 2)
attempt(1, "2")
attempt(None)
attempt([])
attempt(1, None)
attempt(10 ** 400)
