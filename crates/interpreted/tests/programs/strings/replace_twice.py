def clean(text):
    for old, new in (("\t", " "), ("ä", "ae"), ("--", "-")):
        text = text.replace(old, new)
    while "  " in text:
        text = text.replace("  ", " ", 1)
    return text


print(clean("a\t\tb   c----d ä"))
