def place(row, columns, size):
    if row == size:
        return [columns]
    found = []
    for column in range(size):
        if all(column != c and abs(column - c) != row - r for r, c in enumerate(columns)):
            found += place(row + 1, columns + [column], size)
    return found


for size in range(1, 7):
    print(size, len(place(0, [], size)))
print(place(0, [], 6))
