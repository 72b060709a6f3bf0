"""CPython's multiprocessing: the tutorial's parallel program and the book's pi, rewritten. The pool is started before the clock."""

import math
import multiprocessing

import protocol

# The programs were written for systems that fork, and fork is the fastest way to a pool.
CONTEXT = multiprocessing.get_context("fork")


def calculate_z(chunk):
    """The tutorial's loop over one chunk, which comes as one tuple, since a pool's map hands over one argument."""
    q, max_iterations, z = chunk
    output = [0] * len(q)
    for i in range(len(q)):
        zi = z[i]
        qi = q[i]
        for iteration in range(max_iterations):
            zi = zi * zi + qi
            if abs(zi) > 2.0:
                output[i] = iteration
                break
    return output


def sample_multiple(chunk):
    """The hits among the samples of one chunk. The numbers are those of SplitMix64, written out, as a call for each would be most of the time."""
    state, samples = chunk
    mask = protocol.MASK
    hits = 0
    for _ in range(samples):
        point = []
        for _ in (0, 1):
            state = (state + 0x9E3779B97F4A7C15) & mask
            u = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
            u = ((u ^ (u >> 27)) * 0x94D049BB133111EB) & mask
            point.append(((u ^ (u >> 31)) >> 11) * 2.0**-52 - 1.0)
        x, y = point
        if x * x + y * y <= 1.0:
            hits += 1
    return hits


def multi(grid):
    """The tutorial's `multi.py`: q and z in one chunk for each core, and one more for the remainder."""
    q = grid.points()
    z = [0j] * len(q)
    size = max(len(q) // multiprocessing.cpu_count(), 1)
    chunks = [
        (q[k * size : (k + 1) * size], grid.max_iterations, z[k * size : (k + 1) * size])
        for k in range(math.ceil(len(q) / size))
    ]

    def run():
        output = []
        for counts in pool().map_async(calculate_z, chunks).get():
            output += counts
        return output

    return run


def pi_serial(darts):
    """The book's `pi_serial`."""
    return lambda: [sample_multiple((seed, darts.samples)) for seed in range(darts.chunks)]


def pi_chunked(darts):
    """The book's `pi_apply_async_chunked`: a task for each chunk, and then their results."""

    def run():
        results = [pool().apply_async(sample_multiple, ((seed, darts.samples),)) for seed in range(darts.chunks)]
        return [result.get() for result in results]

    return run


def pool():
    """The pool, started at the first call, which is the one to warm up."""
    if not POOL:
        POOL.append(CONTEXT.Pool())
    return POOL[0]


POOL = []

if __name__ == "__main__":
    protocol.main(
        peer="multiprocessing {variant}",
        version=protocol.interpreter(),
        prepare={
            ("mandelbrot", "multi"): multi,
            ("pi", "serial"): pi_serial,
            ("pi", "chunked"): pi_chunked,
        },
        variants=("multi", "serial", "chunked"),
        processes=True,
    )
