"""The loops as one would write them in C, in Python's syntax: Numba compiles them when they are called first.

No `fastmath`: LLVM may then neither reorder nor fuse an operation, and every bit is ours.
"""

from math import sqrt

import numba
import numpy as np

import protocol


@numba.njit
def calculate_z(xs, ys, max_iterations):
    """Two doubles instead of a complex number, as the tutorial's Cython chapter ends."""
    output = np.zeros((len(ys), len(xs)), np.int32)
    for j in range(len(ys)):
        for i in range(len(xs)):
            zx = zy = 0.0
            for iteration in range(max_iterations):
                zx_new = (zx * zx - zy * zy) + xs[i]
                zy = (zx * zy + zy * zx) + ys[j]
                zx = zx_new
                if zx * zx + zy * zy > 4.0:
                    output[j, i] = iteration
                    break
    return output


@numba.njit
def evolve(x, y, ang_speed, timestep, steps):
    """One particle after the other, each through all its steps: every step has to wait for the one before it."""
    for i in range(len(x)):
        for _ in range(steps):
            norm = sqrt(x[i] * x[i] + y[i] * y[i])
            v_x = -y[i] / norm
            v_y = x[i] / norm
            d_x = timestep * ang_speed[i] * v_x
            d_y = timestep * ang_speed[i] * v_y
            x[i] += d_x
            y[i] += d_y


def mandelbrot(grid):
    """Makes arrays of the coordinates. The run makes the array of counts."""
    xs, ys = np.array(grid.xs), np.array(grid.ys)
    return lambda: calculate_z(xs, ys, grid.max_iterations).ravel()


def particles(swarm):
    """Makes an array for each column. The run moves the particles where they are."""
    x, y, ang_speed = np.array(swarm.x), np.array(swarm.y), np.array(swarm.ang_speed)

    def run():
        evolve(x, y, ang_speed, swarm.timestep, swarm.steps)
        return x, y

    return run


if __name__ == "__main__":
    protocol.main(
        peer="numba {variant}",
        version=f"Numba {numba.__version__}, {protocol.interpreter()}",
        prepare={("mandelbrot", "expanded"): mandelbrot, ("particles", "loops"): particles},
        variants=("expanded", "loops"),
    )
