print("a=b=c".partition("="), "a=b=c".rpartition("="), "abc".partition("="), "abc".rpartition("="), "=".partition("="), "".partition("x"))
head, separator, tail = "user@host".partition("@")
print(head, separator, tail)
try:
    "abc".partition("")
except ValueError as error:
    print(error)
try:
    "abc".rpartition("")
except ValueError as error:
    print(error)
try:
    "abc".partition(None)
except TypeError as error:
    print(error)
