text = "abracadabra"
print(text.find("a"), text.find("a", 1), text.find("a", 1, 3), text.find("z"), text.find(""), text.find("", 5), text.find("", 20), text.find("bra", -4))
print(text.rfind("a"), text.rfind("a", 0, 10), text.rfind("abra"), text.rfind("z"), text.rfind(""), text.rfind("", 0, 3), text.rfind("a", -3, -1))
print(text.index("c"), text.index("a", -1), text.rindex("b"), text.rindex("a", 0, -1), text.index("", 11))
for bad in ("z", "abrac"):
    try:
        print(text.index(bad, 1))
    except ValueError as error:
        print(error)
    try:
        print(text.rindex(bad, 1, 4))
    except ValueError as error:
        print(error)
try:
    text.find(1)
except TypeError as error:
    print(error)
