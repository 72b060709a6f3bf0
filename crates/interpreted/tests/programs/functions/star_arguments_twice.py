def join(separator, end="", *parts):
    return separator.join(str(part) for part in parts) + end


print(join(", "), join(", ", "", 1), join("-", "!", 1, "b", None), join(*["+", "", 1, 2]), join(end="?", separator=""))


def sizes(*lists):
    for items in lists:
        print(len(items), end=" ")
    print(isinstance(lists, tuple), len(lists))


sizes()
sizes([], [1], "ab")
sizes(*[[1, 2], [3]])
