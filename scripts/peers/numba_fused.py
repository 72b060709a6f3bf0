"""Array expressions as one loop, compiled by Numba: nothing is between the reading of the inputs and the writing of the output.

No `fastmath`: every bit is ours. The array for the answer exists before the clock starts, because ours does.
"""

from math import sqrt

import numba
import numpy as np

import protocol


@numba.njit
def fused_expression(a, b, out):
    """The talk's array expression, element by element."""
    for i in range(len(a)):
        out[i] = (a[i] + b[i]) * 2.0 + a[i] * b[i]
    return out


@numba.njit
def fused_distance(x, y, out):
    """The book's distances, pair by pair."""
    for i in range(len(x)):
        for j in range(len(x)):
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            out[i, j] = sqrt(dx * dx + dy * dy)
    return out


def expression(given):
    """Makes three arrays. The run fills the third."""
    a, b = np.array(given.a), np.array(given.b)
    out = np.zeros_like(a)
    return lambda: fused_expression(a, b, out)


def distance(given):
    """Makes the coordinates and the matrix. The run fills it."""
    x, y = np.array(given.x), np.array(given.y)
    out = np.zeros((len(x), len(x)))
    return lambda: fused_distance(x, y, out)


if __name__ == "__main__":
    protocol.main(
        peer="numba fused",
        version=f"Numba {numba.__version__}, {protocol.interpreter()}",
        prepare={"expression": expression, "distance": distance},
    )
