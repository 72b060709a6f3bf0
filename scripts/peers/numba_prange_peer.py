"""The loops of `numba_peer.py` on every core, by Numba's parallel range. No `fastmath`: every bit is ours."""

from math import sqrt

import numba
import numpy as np
from numba import prange

import protocol
from numba_peer import GAMMA, uniform


@numba.njit(parallel=True)
def calculate_z(xs, ys, max_iterations):
    """A row for each pass of the parallel loop. Numba shares the range out in equal parts: OpenMP calls that static."""
    output = np.zeros((len(ys), len(xs)), np.int32)
    for j in prange(len(ys)):
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


@numba.njit(parallel=True)
def expression(a, b, output):
    """The talk's loop over two indices, its outer one in parallel."""
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            output[i, j] = (a[i, j] + b[i, j]) * 2.0 + a[i, j] * b[i, j]


@numba.njit(parallel=True)
def evolve(x, y, ang_speed, timestep, steps):
    """One particle after the other, each through all its steps, on as many cores as there are."""
    for i in prange(len(x)):
        for _ in range(steps):
            norm = sqrt(x[i] * x[i] + y[i] * y[i])
            v_x = -y[i] / norm
            v_y = x[i] / norm
            d_x = timestep * ang_speed[i] * v_x
            d_y = timestep * ang_speed[i] * v_y
            x[i] += d_x
            y[i] += d_y


@numba.njit(parallel=True)
def distances(x, y):
    """A row for each pass of the parallel loop."""
    output = np.empty((len(x), len(x)))
    for i in prange(len(x)):
        for j in range(len(x)):
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            output[i, j] = sqrt(dx * dx + dy * dy)
    return output


@numba.njit(parallel=True)
def throw(chunks, samples):
    """A chunk for each pass of the parallel loop."""
    hits = np.zeros(chunks, np.uint64)
    for chunk in prange(chunks):
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


def mandelbrot_run(grid):
    """Makes arrays of the coordinates. The run makes the array of counts."""
    xs, ys = np.array(grid.xs), np.array(grid.ys)
    return lambda: calculate_z(xs, ys, grid.max_iterations).ravel()


def expression_run(matrices):
    """Makes the three arrays. The run writes the third."""
    shape = (matrices.rows, matrices.cols)
    a, b = (np.array(column).reshape(shape) for column in (matrices.a, matrices.b))
    output = np.full(shape, -1.0)

    def run():
        expression(a, b, output)
        return output

    return run


def particles_run(swarm):
    """Makes an array for each column. The run moves the particles where they are."""
    x, y, ang_speed = np.array(swarm.x), np.array(swarm.y), np.array(swarm.ang_speed)

    def run():
        evolve(x, y, ang_speed, swarm.timestep, swarm.steps)
        return x, y

    return run


def distance_run(points):
    """Makes arrays of the coordinates. The run makes the matrix."""
    x, y = np.array(points.x), np.array(points.y)
    return lambda: distances(x, y)


def pi_run(darts):
    """The run makes the array of hits."""
    return lambda: throw(darts.chunks, darts.samples)


if __name__ == "__main__":
    protocol.main(
        peer="numba prange",
        version=f"Numba {numba.__version__}, {numba.get_num_threads()} threads, {protocol.interpreter()}",
        prepare={
            "mandelbrot": mandelbrot_run,
            "expression": expression_run,
            "particles": particles_run,
            "distance": distance_run,
            "pi": pi_run,
        },
    )
