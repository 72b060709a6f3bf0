def attempt(value):
    try:
        print(float(value))
    except (ValueError, TypeError, OverflowError) as error:
        print(error)


for text in ("", "abc", "1.2.3", "1e", "0x10", "1__0", "--1", "infinit", "nan1", "1,5"):
    attempt(text)
attempt(10 ** 400)
attempt(1j)
attempt(None)
attempt([1])
