samples = ("", "abc", "ABC", "Abc", "a1", "123", " ", "\t\n", "a b", "A1 B2", "²", "½", "٣", "é", "_x", "1x", "x-y", "\x00", "ǅ", "☕", "Ab Cd", "class")
for text in samples:
    print(repr(text), text.isalpha(), text.isalnum(), text.isdigit(), text.isdecimal(), text.isnumeric(), text.isspace())
    print("   ", text.islower(), text.isupper(), text.istitle(), text.isidentifier(), text.isprintable(), text.isascii())
