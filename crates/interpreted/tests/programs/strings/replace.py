text = "one two one two one"
print(text.replace("one", "1"), text.replace("one", "1", 2), text.replace("one", "1", 0), text.replace("one", "1", -1), text.replace("x", "y"))
print("abc".replace("", "-"), "abc".replace("", "-", 2), "".replace("", "x"), "aaa".replace("aa", "b"), "aaa".replace("a", ""))
print(text.replace("two", "zwei").replace(" ", ""))
for bad in ((1, "a"), ("a", 1), ("a",)):
    try:
        "abc".replace(*bad)
    except TypeError as error:
        print(error)
