def positions(text, part):
    found = []
    position = text.find(part)
    while position != -1:
        found.append(position)
        position = text.find(part, position + 1)
    return found


print(positions("banana", "ana"), positions("aaaa", "aa"), positions("abc", "x"), positions("a.b.c", "."))
line = "key=value=more"
print(line[: line.index("=")], line[line.rindex("=") + 1 :], line.rfind("="), line.rfind("=", 0, 5), line.index("=", 4))
