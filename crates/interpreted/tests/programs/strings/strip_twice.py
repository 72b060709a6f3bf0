lines = ["  indented", "trailing  ", "\tboth\t", "## title ##", "...dots..."]
for line in lines:
    print(repr(line.strip()), repr(line.lstrip(" #")), repr(line.rstrip(".# ")), len(line) - len(line.lstrip()))
