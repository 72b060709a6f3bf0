"""The Mandelbrot set, with each complex number read from its list once.

    pure_python_2.py [WIDTH] [MAX_ITERATIONS] [HEIGHT]
"""

import datetime
import sys

x1, x2, y1, y2 = -2.13, 0.77, -1.3, 1.3


def calculate_z(q, maxiter, z):
    """Counts, for each point of q, the iterations until z has left the circle of radius 2."""
    output = [0] * len(q)
    for i in range(len(q)):
        zi = z[i]
        qi = q[i]
        if i % 1000 == 0:
            print("%0.2f%% complete" % (1.0 / len(q) * i * 100,))
        for iteration in range(maxiter):
            zi = zi * zi + qi
            if abs(zi) > 2.0:
                output[i] = iteration
                break
    return output


def axis(start, step, count):
    """The coordinates along one side, each the one before it and a step."""
    coordinates = []
    coordinate = start
    for _ in range(count):
        coordinates.append(coordinate)
        coordinate += step
    return coordinates


def calculate(width, height, maxiter):
    """Sets up the points of the plane, times the calculation and shows the sum of the counts."""
    xs = axis(x1, (x2 - x1) / width, width)
    ys = axis(y2, (y1 - y2) / height, height)
    q = []
    for y in ys:
        for x in xs:
            q.append(complex(x, y))
    z = [0 + 0j] * len(q)
    print("Total elements:", len(z))
    start_time = datetime.datetime.now()
    output = calculate_z(q, maxiter, z)
    end_time = datetime.datetime.now()
    print("Main took", end_time - start_time)
    print("Total sum of elements (for validation):", sum(output))


if __name__ == "__main__":
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    maxiter = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    height = int(sys.argv[3]) if len(sys.argv) > 3 else width
    calculate(width, height, maxiter)
