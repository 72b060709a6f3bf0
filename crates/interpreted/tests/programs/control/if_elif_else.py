def grade(points):
    if points >= 90:
        return "A"
    elif points >= 80:
        return "B"
    elif points >= 70:
        return "C"
    else:
        return "F"


print([grade(points) for points in (95, 90, 85, 70, 12)])
for value in (0, 1, "", "x", [], [0], None, 0.0, -0.0, {}, (), float("nan")):
    if value:
        print(repr(value), "true")
    elif value is None:
        print("none")
    else:
        print(repr(value), "false")
if True: print("one line")
if 0: print("never")
else: print("other line"); print("second statement")
