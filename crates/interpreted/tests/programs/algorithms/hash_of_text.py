def fnv(text):
    value = 0xCBF29CE484222325
    for letter in text:
        value ^= ord_of(letter)
        value = value * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


alphabet = "".join(str(d) for d in range(10)) + "abcdefghijklmnopqrstuvwxyz "


def ord_of(letter):
    return alphabet.index(letter)


for text in ("", "a", "hello world", "0123456789"):
    print(f"{text!r:>15} {fnv(text):016x} {fnv(text):,}")
