"""What the peers written in Python share: arguments, inputs, the clock, and the conversation with whoever runs them.

Standard library only, and nothing newer than Python 3.9, because PyPy reads this file too. `protocol.hpp` is the same in C++.
"""

import argparse
import itertools
import json
import os
import platform
import sys
import time
from array import array

X1, X2, Y1, Y2 = -2.13, 0.77, -1.3, 1.3
TIMESTEP = 1e-5
MASK = 2**64 - 1

LARGEST = 2**28
"""The largest value of an option, and the largest number of points."""

# The inputs


class Grid:
    """The input of `mandelbrot`: the coordinates of width x height points, and how many iterations each may take."""

    def __init__(self, width, height, max_iterations):
        self.xs = axis(X1, (X2 - X1) / width, width)
        self.ys = axis(Y2, (Y1 - Y2) / height, height)
        self.max_iterations = max_iterations

    def points(self):
        """Every point as a complex number, row by row: the list that the tutorial calls q."""
        return [complex(x, y) for y in self.ys for x in self.xs]


class Swarm:
    """The input of `particles`: where they are, how fast they go round, and how many steps of `timestep` they make."""

    def __init__(self, particles, steps):
        numbers = splitmix64(7)
        draws = [2.0 * next(numbers) - 1.0 for _ in range(3 * particles)]
        self.x, self.y, self.ang_speed = draws[0::3], draws[1::3], draws[2::3]
        self.timestep = TIMESTEP
        self.steps = steps


class Matrices:
    """The input of `expression`: two matrices of rows x cols, row by row."""

    def __init__(self, rows, cols):
        self.rows, self.cols = rows, cols
        self.a, self.b = uniform(1, rows * cols), uniform(2, rows * cols)


class Darts:
    """The input of `pi`: chunks of samples. Chunk number k draws from `splitmix64(k)`, first x, then y."""

    def __init__(self, chunks, samples):
        self.chunks, self.samples = chunks, samples


class Points:
    """The input of `distance`: the coordinates of points in the unit square."""

    def __init__(self, points):
        draws = uniform(3, 2 * points)
        self.x, self.y = draws[0::2], draws[1::2]


def axis(start, step, count):
    """`count` coordinates, each the one before plus `step`: summed, not multiplied, as in the tutorial."""
    coordinates = []
    for _ in range(count):
        coordinates.append(start)
        start += step
    return coordinates


def splitmix64(seed):
    """Numbers from 0 to 1 by Steele, Lea and Flood's SplitMix64, the upper 53 bits of each draw."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        yield (z >> 11) * 2.0**-53


def uniform(seed, count):
    """The first `count` numbers of `splitmix64(seed)`; by NumPy where there is one, because millions take seconds without."""
    try:
        import numpy as np
    except ImportError:
        return array("d", itertools.islice(splitmix64(seed), count))
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return array("d", ((z >> np.uint64(11)) * 2.0**-53).tobytes())


# The answers


def sum_of_counts(counts):
    """The check of `mandelbrot` and `pi`, for a list or an array."""
    return str(int(counts.sum()) if hasattr(counts, "sum") else sum(map(int, counts)))


def sums_of_bits(positions):
    """The check of `particles`: for x, then y, the wrapping sum of the bit patterns. One wrong bit changes it, the order does not."""
    return " ".join(str(sum(array("Q", array("d", column).tobytes())) & MASK) for column in positions)


def sum_of_bits(values):
    """The check of `expression` and `distance`: the wrapping sum of the bit patterns, for a list or an array of any shape."""
    if hasattr(values, "reshape"):
        return str(int(values.reshape(-1).view("uint64").sum()) & MASK)
    return str(sum(array("Q", array("d", values).tobytes())) & MASK)


class Problem:
    """How an input is made and an answer checked. `sizes` holds the defaults, `small` an input to warm up with."""

    def __init__(self, make, sizes, small, points, check):
        self.make, self.sizes, self.small, self.points, self.check = make, sizes, small, points, check


PROBLEMS = {
    "mandelbrot": Problem(
        make=Grid,
        sizes={"width": 500, "height": 500, "max_iterations": 1000},
        small={"width": 32, "height": 32, "max_iterations": 100},
        points=("width", "height"),
        check=sum_of_counts,
    ),
    "particles": Problem(
        make=Swarm,
        sizes={"particles": 1000, "steps": 10000},
        small={"particles": 16, "steps": 1000},
        points=("particles",),
        check=sums_of_bits,
    ),
    "expression": Problem(
        make=Matrices,
        sizes={"rows": 2000, "cols": 2000},
        small={"rows": 16, "cols": 16},
        points=("rows", "cols"),
        check=sum_of_bits,
    ),
    "distance": Problem(
        make=Points,
        sizes={"points": 4000},
        small={"points": 16},
        points=("points", "points"),
        check=sum_of_bits,
    ),
    "pi": Problem(
        make=Darts,
        sizes={"chunks": 100, "samples": 100000},
        small={"chunks": 2, "samples": 100},
        points=("chunks",),
        check=sum_of_counts,
    ),
}

# The arguments


class Parser(argparse.ArgumentParser):
    """Says what is wrong with an argument in one line."""

    def error(self, message):
        sys.exit(complain(f"{self.prog}: {message}", 2))


def positive(text):
    """A number as people write it: digits and nothing else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= LARGEST):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to {LARGEST}")
    return int(text)


def arguments(problems, variants):
    """The arguments, for a program that has these of the problems, in these variants."""
    parser = Parser(allow_abbrev=False, description="One of the programs that our steps are compared with.")
    parser.add_argument("--problem", choices=sorted(problems), required=True)
    if variants:
        parser.add_argument("--variant", choices=variants, required=True)
    for name, problem in PROBLEMS.items():
        for size, default in problem.sizes.items():
            option = f"--{size.replace('_', '-')}"
            parser.add_argument(option, type=positive, metavar="N", help=f"{name}, {default} unless told")
    parser.add_argument("--repeat", type=positive, metavar="N", help="run so often, instead of once for each line of input")
    options = parser.parse_args()

    problem = PROBLEMS[options.problem]
    for size in (size for other in PROBLEMS.values() for size in other.sizes):
        if size not in problem.sizes and getattr(options, size) is not None:
            parser.error(f"--{size.replace('_', '-')} is no size of {options.problem}")
    options.sizes = {size: getattr(options, size) or default for size, default in problem.sizes.items()}
    points = 1
    for size in problem.points:
        points *= options.sizes[size]
    if points > LARGEST:
        parser.error(f"{points} points are too many: {LARGEST} at most")
    return options


# The conversation


def main(peer, version, prepare, variants=(), processes=False):
    """Runs a peer: one line when it is ready, then one for each run.

    `prepare` gives for each problem (for each problem and variant, if there are variants) a function that takes the input and
    returns a function without arguments: the run. What is prepared is outside the clock, and prepared anew for each run, so that
    every run starts from the same input. `peer` may hold `{variant}`. A run that computes on a device may have a method `kernel_ms`:
    the time of its kernels by the device's clock, asked for when the run is over. `processes` says that other processes compute,
    whose processor time this one does not see.
    """
    options = arguments({key[0] if variants else key for key in prepare}, variants)
    key = options.problem
    if variants:
        key = (options.problem, options.variant)
        peer = peer.format(variant=options.variant)
        if key not in prepare:
            sys.exit(complain(f"{peer} has no program for {options.problem}", 2))
    try:
        converse({"problem": options.problem, "peer": peer}, version, prepare[key], options, processes)
        status = 0
    except BrokenPipeError:
        status = 0  # whoever was listening has gone: nothing to say, nobody to say it to
    except KeyboardInterrupt:
        status = 130
    except MemoryError:
        status = complain(f"{peer}: out of memory", 1)
    except (ImportError, OSError, RuntimeError) as error:
        status = complain(f"{peer}: {error}", 1)
    forget_output()
    sys.exit(status)


def converse(names, version, prepare, options, processes):
    """Warms up on a small input, so that no compiler is on the clock; then runs whenever it is asked to."""
    problem = PROBLEMS[options.problem]
    problem.check(prepare(problem.make(**problem.small))())
    given = problem.make(**options.sizes)
    say(dict(names, ready=True, version=version))
    for _ in requests(options.repeat):
        run = prepare(given)
        ms, cpu_ms, answer = timed(run)
        times = {"ms": round(ms, 6)}
        if hasattr(run, "kernel_ms"):
            times["kernel_ms"] = round(run.kernel_ms(), 6)
        elif not processes:
            times["cpu_ms"] = round(cpu_ms, 6)
        say(dict(names, **times, check=problem.check(answer)))


def requests(repeat):
    """One item for each run: `repeat` of them, or one for each line of the standard input until it ends or says quit."""
    if repeat is not None:
        yield from range(repeat)
    elif sys.stdin is not None:
        for line in sys.stdin.buffer:
            if line.strip() == b"quit":
                return
            yield line


def timed(run):
    """How many milliseconds a run takes by the clock on the wall, and of the processor's time, and its answer."""
    cpu_started, started = time.process_time(), time.perf_counter()
    answer = run()
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return (ended - started) * 1e3, (cpu_ended - cpu_started) * 1e3, answer


def say(line):
    """Prints a line that is read at once."""
    if sys.stdout is None:
        raise BrokenPipeError
    print(json.dumps(line), flush=True)


def complain(message, status):
    """Prints a line of complaint; returns the exit status that goes with it."""
    if sys.stderr is not None:
        print(message, file=sys.stderr)
    return status


def forget_output():
    """Keeps the interpreter from flushing, on its way out, into a pipe that nobody reads."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def interpreter():
    """The name and version of what runs this program: `CPython 3.11.7`."""
    name = platform.python_implementation()
    if name == "PyPy":
        return "PyPy {}.{}.{} (Python {})".format(*sys.pypy_version_info[:3], platform.python_version())
    return f"{name} {platform.python_version()}"
