"""The tutorial's parallel program with joblib, which keeps its workers and sends them what multiprocessing would."""

import multiprocessing

import joblib
import protocol
from multiprocessing_peer import calculate_z


def parallel(grid):
    """One chunk of q and z for each core."""
    q = grid.points()
    z = [0j] * len(q)
    size = max(len(q) // multiprocessing.cpu_count(), 1)
    chunks = [(q[k : k + size], grid.max_iterations, z[k : k + size]) for k in range(0, len(q), size)]

    def run():
        output = []
        for counts in WORKERS(joblib.delayed(calculate_z)(chunk) for chunk in chunks):
            output += counts
        return output

    return run


WORKERS = joblib.Parallel(n_jobs=multiprocessing.cpu_count())

if __name__ == "__main__":
    protocol.main(
        peer="joblib parallel",
        version=f"joblib {joblib.__version__}, {protocol.interpreter()}",
        prepare={"mandelbrot": parallel},
        processes=True,
    )
