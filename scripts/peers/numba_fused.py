"""An array expression as one loop, compiled by Numba: nothing is between the reading of the inputs and the writing of the output.

No `fastmath`: every bit is ours. The array for the answer exists before the clock starts, because ours does.
"""

import numba
import numpy as np

import protocol


@numba.njit
def fused_expression(a, b, out):
    """The talk's array expression, element by element."""
    for i in range(len(a)):
        out[i] = (a[i] + b[i]) * 2.0 + a[i] * b[i]
    return out


def expression(given):
    """Makes three arrays. The run fills the third."""
    a, b = np.array(given.a), np.array(given.b)
    out = np.zeros_like(a)
    return lambda: fused_expression(a, b, out)


if __name__ == "__main__":
    protocol.main(
        peer="numba fused",
        version=f"Numba {numba.__version__}, {protocol.interpreter()}",
        prepare={"expression": expression},
    )
