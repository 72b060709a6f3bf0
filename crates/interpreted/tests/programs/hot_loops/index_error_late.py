def last(items, n):
    i = 0
    try:
        while True:
            items[i] += n
            i += 1
    except IndexError as error:
        return i, error.args


print(last([0] * 900, 2))


def backwards(items):
    found = []
    for i in range(-1, -1200, -1):
        try:
            found.append(items[i])
        except IndexError:
            break
    return len(found), i, found[-1]


print(backwards(list(range(1000))))


def scan(text):
    count = 0
    for i in range(2000):
        try:
            if text[i] == "a":
                count += 1
        except IndexError:
            count += 1000
    return count


print(scan("ab" * 500))
