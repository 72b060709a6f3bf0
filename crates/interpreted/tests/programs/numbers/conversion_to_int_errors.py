def attempt(*arguments):
    try:
        print(int(*arguments))
    except (ValueError, TypeError, OverflowError) as error:
        print(error)


for text in ("", " ", "abc", "1.5", "1__0", "_1", "1_", "0x10", "1 2", "- 1"):
    attempt(text)
attempt("12", 2)
attempt("08", 0)
attempt("10", 1)
attempt("10", 37)
attempt(10, 2)
attempt(float("inf"))
attempt(float("nan"))
attempt(1j)
attempt(None)
attempt([])
