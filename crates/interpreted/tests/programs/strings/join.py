print(", ".join(["a", "b", "c"]), "".join(("x", "y")), "-".join("abc"), ", ".join([]), ", ".join(["only"]))
print(" ".join(str(n) for n in range(5)), "/".join({"k": 1, "l": 2}), "".join(["a"] * 5))
for bad in (["a", 1], [None], 5, ["a", ["b"]]):
    try:
        "".join(bad)
    except TypeError as error:
        print(error)
