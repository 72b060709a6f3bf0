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


@numba.njit
def distances(x, y):
    """A row at a time: Numba sees the pairs of a row side by side and packs them."""
    output = np.empty((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            output[i, j] = sqrt(dx * dx + dy * dy)
    return output


GAMMA, FIRST, SECOND = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
THIRTY, TWENTY_SEVEN, THIRTY_ONE, ELEVEN = map(np.uint64, (30, 27, 31, 11))


@numba.njit
def uniform(state):
    """The number from 0 to 1 that SplitMix64 makes of a state."""
    z = (state ^ (state >> THIRTY)) * FIRST
    z = (z ^ (z >> TWENTY_SEVEN)) * SECOND
    z ^= z >> THIRTY_ONE
    return (z >> ELEVEN) * 2.0**-53


@numba.njit
def throw(chunks, samples):
    """One stream for each chunk, one sample after the other; a hit is added as a number. Its state is a sum, so LLVM packs it."""
    hits = np.zeros(chunks, np.uint64)
    for chunk in range(chunks):
        state = np.uint64(chunk)
        inside = np.uint64(0)
        for _ in range(samples):
            state += GAMMA
            x = uniform(state) * 2.0 - 1.0
            state += GAMMA
            y = uniform(state) * 2.0 - 1.0
            inside += np.uint64(x * x + y * y <= 1.0)
        hits[chunk] = inside
    return hits


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


def distance(points):
    """Makes arrays of the coordinates. The run makes the matrix."""
    x, y = np.array(points.x), np.array(points.y)
    return lambda: distances(x, y)


def pi(darts):
    """The run makes the array of hits."""
    return lambda: throw(darts.chunks, darts.samples)


if __name__ == "__main__":
    protocol.main(
        peer="numba {variant}",
        version=f"Numba {numba.__version__}, {protocol.interpreter()}",
        prepare={("mandelbrot", "expanded"): mandelbrot, ("particles", "loops"): particles, ("distance", "rows"): distance, ("pi", "loop"): pi},
        variants=("expanded", "loops", "rows", "loop"),
    )
