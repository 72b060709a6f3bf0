for letter in "abc":
    print(letter, end=" ")
print()
for index, letter in enumerate("xyz", start=1):
    print(index, letter, end=";")
print()
a, b, c = "123"
first, *rest = "hello"
print(a, b, c, first, rest, [*"ab", *"cd"])
for pair in zip("abc", "12"):
    print(*pair, sep="")
