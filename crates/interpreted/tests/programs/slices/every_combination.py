text = "abcd"
for start in (None, -5, -2, 0, 1, 3, 6):
    line = []
    for stop in (None, -5, -1, 0, 2, 5):
        for step in (None, -2, -1, 1, 3):
            line.append(text[start:stop:step])
    print(start, line)
