from array import array

for code in "bBhHiIlLqQ":
    a = array(code, [0, 1, 100])
    a[0] = 7
    print(a, a.itemsize, a.typecode, a[2] + 1)
f = array("f", [0.1, 1 / 3, 1e-50])
print(f, f[0] == 0.1, array("d", f), array("d", [0.1, float("nan"), float("inf"), -0.0]))
grid = [array("d", [0.0] * 3) for _ in range(2)]
grid[1][2] = 5
print(grid, array("i", [1, 2]) < array("i", [1, 3]), array("i", [1]) == array("d", [1.0]), array("i", [1]) == [1])
