"""What other people's clusters cost before they do anything, with two workers on this machine.

    cluster_costs.py LIBRARY round-trip N    microseconds of an empty task there and back: the best and the median of N
    cluster_costs.py LIBRARY many N          tasks a second of N empty tasks that are given at once: the best of three
    cluster_costs.py LIBRARY carry MB        milliseconds of so many megabytes of random doubles there and back: the best of ten
    cluster_costs.py LIBRARY start           seconds until the first answer

LIBRARY is multiprocessing, ppft, ipyparallel, ipyparallel-direct, dask or mpi4py (started by mpirun with two ranks).
"""

import contextlib
import sys
import time

WORKERS = 2


def nothing():
    """The empty task."""


def same(data):
    """The task that sends back what has come."""
    return data


def timed(run, repeat):
    """The best and the median time of so many runs, in seconds."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    times.sort()
    return times[0], times[repeat // 2]


@contextlib.contextmanager
def multiprocessing_workers():
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        yield pool.apply, lambda count: [task.get() for task in [pool.apply_async(nothing) for _ in range(count)]]


@contextlib.contextmanager
def ppft_workers():
    import pp

    server = pp.Server(ncpus=WORKERS, ppservers=())
    try:
        yield (
            lambda function, arguments=(): server.submit(function, arguments)(),
            lambda count: [job() for job in [server.submit(nothing) for _ in range(count)]],
        )
    finally:
        server.destroy()


@contextlib.contextmanager
def ipyparallel_workers(direct):
    import logging

    import ipyparallel

    with ipyparallel.Cluster(n=WORKERS, log_level=logging.ERROR) as client:
        client.wait_for_engines(WORKERS, interactive=False)
        view = client[0] if direct else client.load_balanced_view()
        yield (
            lambda function, arguments=(): view.apply_sync(function, *arguments),
            lambda count: [result.get() for result in [view.apply_async(nothing) for _ in range(count)]],
        )


@contextlib.contextmanager
def dask_workers():
    import distributed

    with (
        distributed.LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield (
            lambda function, arguments=(): client.submit(function, *arguments, pure=False).result(),
            lambda count: client.gather([client.submit(nothing, pure=False) for _ in range(count)]),
        )


@contextlib.contextmanager
def mpi4py_workers():
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    if world.size != WORKERS:
        sys.exit(f"{WORKERS} ranks were asked for, and there are {world.size}")
    if world.rank == 1:
        import numpy

        buffer = numpy.empty(0)
        while (length := world.recv(source=0)) is not None:
            if buffer.size != length:
                buffer = numpy.empty(length)
            world.Recv(buffer, source=0)
            world.Send(buffer, dest=0)
        sys.exit(0)

    def exchange(_, arguments=()):
        import numpy

        (data,) = arguments or (numpy.empty(0),)
        world.send(data.size, dest=1)
        world.Send(data, dest=1)
        back = numpy.empty_like(data)
        world.Recv(back, source=1)
        return back

    try:
        yield exchange, lambda count: [exchange(nothing) for _ in range(count)]
    finally:
        world.send(None, dest=1)


LIBRARIES = {
    "multiprocessing": multiprocessing_workers,
    "ppft": ppft_workers,
    "ipyparallel": lambda: ipyparallel_workers(direct=False),
    "ipyparallel-direct": lambda: ipyparallel_workers(direct=True),
    "dask": dask_workers,
    "mpi4py": mpi4py_workers,
}


def measure(library, what, amount):
    began = time.perf_counter()
    with LIBRARIES[library]() as (call, many):
        call(nothing)
        if what == "start":
            return (time.perf_counter() - began,)
        if what == "round-trip":
            return tuple(1e6 * each for each in timed(lambda: call(nothing), amount))
        if what == "many":
            return (amount / timed(lambda: many(amount), 3)[0],)
        import numpy

        data = numpy.random.default_rng(9).random(amount * 1_000_000 // 8)
        if not (call(same, (data,)) == data).all():
            sys.exit("what came back is not what was sent")
        return (1e3 * timed(lambda: call(same, (data,)), 10)[0],)


if __name__ == "__main__":
    kinds = {"round-trip": 4, "many": 4, "carry": 4, "start": 3}
    if len(sys.argv) < 3 or sys.argv[1] not in LIBRARIES or kinds.get(sys.argv[2]) != len(sys.argv):
        sys.exit(__doc__)
    print(*measure(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0))
