for text in ("hello World", "ALREADY", "they're bill's", "x1y2 z3", "éCOLE ß", "", "123 abc", "a-b_c"):
    print(text.upper(), text.lower(), text.title(), text.capitalize(), text.swapcase(), text.casefold(), sep="|")
print("Straße".casefold() == "STRASSE".casefold(), "ß".casefold(), "Σ".casefold(), "ǅ".lower(), "ǆ".title())
