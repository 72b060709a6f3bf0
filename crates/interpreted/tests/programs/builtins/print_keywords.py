print("a", "b", sep="-", end="|\n")
print("a", 1, None, sep="")
print(sep="x", end="only end\n")
print("x", end="")
print()
print("multi", "line", sep="\n")
print(1, 2.0, 3j, True, None, [1], (2,), {3: 4}, {5}, range(6), sep=";", flush=False)
arguments = ["p", "q"]
print(*arguments, *"rs", sep=",", end=".\n", flush=True)
print("é☕", "tab\tend", "back\\slash")
print(print("inner"))
for bad in (lambda: print(sep=1), lambda: print(end=b), lambda: print("x", separator="")):
    try:
        bad()
    except (TypeError, NameError) as error:
        print(error)
