def step(cells):
    neighbours = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    spot = (x + dx, y + dy)
                    neighbours[spot] = neighbours.get(spot, 0) + 1
    return {spot for spot, count in neighbours.items() if count == 3 or count == 2 and spot in cells}


cells = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for generation in range(4):
    print(sorted(cells), cells)
    for y in range(5):
        print("".join("#" if (x, y) in cells else "." for x in range(5)))
    cells = step(cells)
