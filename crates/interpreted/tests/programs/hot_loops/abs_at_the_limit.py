def outside(points):
    count = 0
    at = []
    for i in range(len(points)):
        if abs(points[i]) > 2.0:
            count += 1
            if i % 37 == 0:
                at.append(i)
    return count, at


points = []
x = 0.0
for i in range(1000):
    x += 0.002
    y = (4.0 - x * x) ** 0.5 if x < 2.0 else 0.0
    points.append(complex(x, y))
print(outside(points))
points[500] = complex(float("inf"), float("nan"))
points[501] = complex(float("nan"), 0)
points[502] = complex(1e200, 1e200)
points[503] = 5
points[504] = -2.0000000000000004
points[505] = 2 + 0j
print(outside(points))
points[600] = complex(1e308, 1.7e308)
try:
    outside(points)
except OverflowError as error:
    print(error)
