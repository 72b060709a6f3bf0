text = "naïve café ☕ 日本語 😀"
print(len(text), text[-1], text[2], text[::-1], text.upper(), text.split())
print(text.find("☕"), text.index("日"), text.count("é"), "本" in text, text.replace("😀", ":)"))
print(sorted("éeèaàzZ"), max("aé☕"), min("éaZ"), "é" > "z", "Z" < "a")
for letter in "é☕😀":
    print(letter, len(letter), letter * 2, letter.isalpha(), letter.isprintable())
print("e\u0301" == "\u00e9", len("e\u0301"), "ß".upper(), "ŉ".upper(), "İ".lower() == "i̇", "ΑΣ".lower(), "ﬁ".upper())
