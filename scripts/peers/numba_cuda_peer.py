"""The loop of `numba_peer.py` as a kernel that Numba compiles for a card.

Numba has no switch against fused multiply-adds, so the exact kernels say of every product and sum that it is to be rounded. With
NUMBA_ENABLE_CUDASIM=1 the same kernels run without a card, as Python.
"""

import operator

import numba
import numpy as np
from numba import cuda

import devices
import protocol

SIMULATED = numba.config.ENABLE_CUDASIM

THREADS = 256

REALS = {"double": np.float64, "single": np.float32}

ROUNDED = {"double": ("dadd_rn", "dmul_rn"), "single": ("fadd_rn", "fmul_rn")}
"""The functions of libdevice that no compiler fuses."""


def rounded(real):
    """A sum and a product that stay by themselves. The simulator runs Python, which fuses nothing, and has no libdevice."""
    if SIMULATED:
        return operator.add, operator.mul
    from numba.cuda import libdevice

    return tuple(getattr(libdevice, name) for name in ROUNDED[real])


def exact(real):
    """The kernel with every operation rounded by itself; one thread for each point. Nobody spares it a product that is there twice."""
    add, mul = rounded(real)
    zero, four = REALS[real](0), REALS[real](4)

    def calculate_z(xs, ys, max_iterations, counts):
        i = cuda.grid(1)
        if i >= counts.size:
            return
        x, y = xs[i % xs.size], ys[i // xs.size]
        zx = zy = zx_squared = zy_squared = zero
        count = 0
        for iteration in range(max_iterations):
            product = mul(zx, zy)
            zx = add(add(zx_squared, -zy_squared), x)
            zy = add(add(product, product), y)
            zx_squared, zy_squared = mul(zx, zx), mul(zy, zy)
            if add(zx_squared, zy_squared) > four:
                count = iteration
                break
        counts[i] = count

    return calculate_z


def contracted(real):
    """The same in ordinary operators: the compiler fuses what it can."""
    zero, four = REALS[real](0), REALS[real](4)

    def calculate_z(xs, ys, max_iterations, counts):
        i = cuda.grid(1)
        if i >= counts.size:
            return
        x, y = xs[i % xs.size], ys[i // xs.size]
        zx = zy = zero
        count = 0
        for iteration in range(max_iterations):
            zx_new = (zx * zx - zy * zy) + x
            zy = (zx * zy + zy * zx) + y
            zx = zx_new
            if zx * zx + zy * zy > four:
                count = iteration
                break
        counts[i] = count

    return calculate_z


def mandelbrot(real, kernel):
    """Puts the axes on the card. The run makes the counts there, and brings them back. Compiled once, by the run on the small input."""
    compiled = cuda.jit(kernel(real))

    def prepare(grid):
        xs, ys = map(cuda.to_device, devices.axes(grid, REALS[real]))
        counts = cuda.device_array(len(grid.xs) * len(grid.ys), np.int32)
        blocks = -(-counts.size // THREADS)

        def compute():
            compiled[blocks, THREADS](xs, ys, np.int32(grid.max_iterations), counts)
            return counts

        return devices.Run(
            compute=compute,
            fetch=lambda counts: counts.copy_to_host(),
            event=cuda.event,
            record=lambda event: event.record(),
            elapsed=lambda begin, end: begin.elapsed_time(end),
        )

    return prepare


if __name__ == "__main__":
    protocol.main(
        peer="numba.cuda {variant}",
        version=f"Numba {numba.__version__}, {protocol.interpreter()}" + (", simulated" if SIMULATED else ""),
        prepare={
            ("mandelbrot", "double"): mandelbrot("double", exact),
            ("mandelbrot", "single"): mandelbrot("single", exact),
            ("mandelbrot", "contracted"): mandelbrot("double", contracted),
        },
        variants=("double", "single", "contracted"),
    )
