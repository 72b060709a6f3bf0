text = "banana"
print(text.count("a"), text.count("ana"), text.count("an"), text.count(""), text.count("x"), text.count("a", 2), text.count("a", 2, 4), text.count("", 2, 4), text.count("a", -2), "".count(""), "abc".count("", 5))
print("aaaa".count("aa"), "a.b.c".count("."), "日本日本".count("日本"))
try:
    text.count(1)
except TypeError as error:
    print(error)
