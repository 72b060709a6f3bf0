name = "picture.tar.gz"
print(name.startswith("pic"), name.startswith("Pic"), name.startswith(""), name.startswith("ture", 3), name.startswith("ture", 3, 6), name.startswith(("a", "p")))
print(name.endswith(".gz"), name.endswith((".zip", ".gz")), name.endswith("tar", 0, -3), name.endswith(""), name.endswith(()), name.endswith("z", -1))
print("".startswith(""), "".startswith("", 1), "abc".startswith("", 3), "abc".endswith("abcd"))
try:
    name.startswith(1)
except TypeError as error:
    print(error)
try:
    name.endswith(["a"])
except TypeError as error:
    print(error)
try:
    name.startswith(("a", 1))
except TypeError as error:
    print(error)
