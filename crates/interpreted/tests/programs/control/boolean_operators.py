def show(value):
    print("seen", repr(value))
    return value


print(show(0) or show("x") or show(1))
print(show(1) and show("") and show(2))
print(show(0) and show(1) or show(2))
print(not show(0), not show([1]))
print(1 and 2, 0 and 2, 1 or 2, 0 or "", None or [], "" and 1, [] or {} or (), 1 and [] and 2)
print(not 1 or 2 and 3, (not 1) or (2 and 3), 1 or 1 / 0, 0 and 1 / 0)
if show("") or show(0.0):
    print("never")
else:
    print("both false")
