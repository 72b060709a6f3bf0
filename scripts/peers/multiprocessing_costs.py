"""What CPython's multiprocessing costs before it does anything: printed as the best and the median, in a row.

    multiprocessing_costs.py --round-trips N    microseconds of an empty task through Pool(2).apply
    multiprocessing_costs.py --start METHOD     milliseconds to start Pool(2) and have a task done: fork, forkserver or spawn
"""

import multiprocessing
import sys
import time


def nothing():
    """The empty task."""


def timed(run, repeat):
    """The best and the median time of so many runs, in seconds."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    times.sort()
    return times[0], times[repeat // 2]


def round_trips(count):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.apply(nothing)
        return [1e6 * each for each in timed(lambda: pool.apply(nothing), count)]


def start(method):
    context = multiprocessing.get_context(method)
    pools = []

    def run():
        pools.append(context.Pool(2))
        pools[-1].apply(nothing)

    if method == "forkserver":
        run()  # the server itself is started once
    best = [1e3 * each for each in timed(run, 3)]
    for pool in pools:
        pool.terminate()
    return best


if __name__ == "__main__":
    kinds = {"--round-trips": lambda text: round_trips(int(text)), "--start": start}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    print(*kinds[sys.argv[1]](sys.argv[2]))
