def attempt(template, values):
    try:
        print(template % values)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        print(error)


attempt("%d", "a")
attempt("%d %d", (1,))
attempt("%d", (1, 2))
attempt("%d %d", 1)
attempt("%f", "x")
attempt("%x", 1.5)
attempt("%c", "ab")
attempt("%c", -1)
attempt("%c", 1.5)
attempt("%y", 1)
attempt("%", 1)
attempt("abc%", ())
attempt("%(name)s", {"other": 1})
attempt("%(name)s", (1,))
attempt("%(name", {})
attempt("no place", 1)
attempt("%d", None)
attempt("%d", 1j)
attempt("%d", float("nan"))
attempt("%d", float("inf"))
attempt("%*d", (1.5, 2))
attempt("%s %(a)s", {"a": 1})
