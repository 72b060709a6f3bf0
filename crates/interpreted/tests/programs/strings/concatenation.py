print("a" + "b", "ab" * 3, 3 * "ab", "x" * 0, "x" * -1, "" * 100 + "end", "a" * True)
text = "a"
text += "b"
text *= 3
text += "!" * 2
print(text, len(text))
for bad in (1, None, ["x"], 1.5):
    try:
        "a" + bad
    except TypeError as error:
        print(error)
    try:
        bad + "a"
    except TypeError as error:
        print(error)
try:
    "a" * 1.5
except TypeError as error:
    print(error)
try:
    "a" * "b"
except TypeError as error:
    print(error)
