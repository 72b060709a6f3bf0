containers = ["ab", [1, 2], (3,), {4: 5}, {6}, range(2), {7: 8}.items(), {7: 8}.values(), enumerate("x"), zip("y", "z"), reversed([9, 8]), (n for n in "g")]
for container in containers:
    for item in container:
        print(item, end=" ")
    print("|", end=" ")
print()
for bad in (5, 1.5, None, True, 1j, len, int):
    try:
        for item in bad:
            print("never")
    except TypeError as error:
        print(error)
    try:
        1 in bad
    except TypeError as error:
        print(error)
