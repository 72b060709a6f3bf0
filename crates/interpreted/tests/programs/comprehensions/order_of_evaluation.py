def show(text, value):
    print(text, value, end="; ")
    return value


print([show("value", n) for n in show("items", [1, 2, 3]) if show("test", n % 2)])
print({show("key", n): show("value", -n) for n in (1, 2)})
print([show("pair", (a, b)) for a in show("outer", [1, 2]) for b in show("inner", [a])])
print([n for n in [3, 1, 2] if not show("skip", n > 1)])
