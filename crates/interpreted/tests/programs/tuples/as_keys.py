grid = {(0, 0): "origin", (1, 0): "east"}
grid[0, 1] = "north"
for x in range(2):
    for y in range(2):
        print((x, y), grid.get((x, y), "none"), (x, y) in grid)
print(grid[(0.0, True)], grid)
try:
    grid[([], 1)]
except TypeError as error:
    print(error)
