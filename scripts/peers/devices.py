"""What the peers that compute with arrays of NumPy's kind share: the points of a grid, and a run with a device's clock around it."""

import numpy as np


def axes(grid, real):
    """The coordinates in a precision; they are summed in double precision first, as everybody's are."""
    return np.array(grid.xs).astype(real), np.array(grid.ys).astype(real)


def points(grid, real):
    """Every point as a complex number, row by row: the tutorial's q, without a list of millions of objects on the way."""
    xs, ys = axes(grid, real)
    q = np.empty((len(ys), len(xs)), np.result_type(real, np.complex64))
    q.real, q.imag = xs, ys[:, np.newaxis]
    return q.reshape(-1)


class Run:
    """A run on a device: `compute` starts the kernels and returns what `fetch` makes an array of NumPy of.

    `event` makes an event, `record` puts one behind the work given so far, `elapsed` says the milliseconds between two that have
    come to pass. The array is back when the run is over, so all of it is inside the clock on the wall.
    """

    def __init__(self, compute, fetch, event, record, elapsed):
        self.compute, self.fetch, self.record, self.elapsed = compute, fetch, record, elapsed
        self.begin, self.end = event(), event()

    def __call__(self):
        self.record(self.begin)
        counts = self.compute()
        self.record(self.end)
        return self.fetch(counts)

    def kernel_ms(self):
        """The time of the kernels, and of the pauses between them, by the device's clock."""
        return self.elapsed(self.begin, self.end)
