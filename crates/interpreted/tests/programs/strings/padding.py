for width in (0, 3, 6, 7):
    print([s.center(width) for s in ("ab", "abc", "")], ["x".ljust(width, "."), "x".rjust(width, "."), "xy".center(width, "*")])
print([s.zfill(5) for s in ("42", "-42", "+42", "", "abc", "-", "--1", "123456")])
for bad in ("", "ab", 1):
    try:
        "x".center(5, bad)
    except TypeError as error:
        print(error)
