"""Runs the modules in `cython/`, which `scripts/setup-peers` has compiled into `.peers/cython/`."""

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import protocol

COMPILED = Path(__file__).resolve().parents[2] / ".peers" / "cython"


def mandelbrot(module):
    """The same list q and list z for each of the three modules: only their declarations differ."""

    def prepare(grid):
        calculate_z = import_module(module).calculate_z
        q = grid.points()
        z = [0j] * len(q)
        return lambda: calculate_z(q, grid.max_iterations, z)

    return prepare


def particles(module):
    """An array of positions, a row for each particle, as in the book. The run moves the particles where they are."""

    def prepare(swarm):
        import numpy as np

        c_evolve = import_module(module).c_evolve
        r_i = np.column_stack([swarm.x, swarm.y])
        ang_speed_i = np.array(swarm.ang_speed)

        def run():
            c_evolve(r_i, ang_speed_i, swarm.timestep, swarm.steps)
            return r_i[:, 0], r_i[:, 1]

        return run

    return prepare


if __name__ == "__main__":
    sys.path.insert(0, str(COMPILED))
    protocol.main(
        peer="cython {variant}",
        version=f"Cython {version('cython')}, {protocol.interpreter()}",
        prepare={
            ("mandelbrot", "untyped"): mandelbrot("mandelbrot_untyped"),
            ("mandelbrot", "typed"): mandelbrot("mandelbrot_typed"),
            ("mandelbrot", "expanded"): mandelbrot("mandelbrot_expanded"),
            ("particles", "untyped"): particles("particles_untyped"),
            ("particles", "typed"): particles("particles_typed"),
        },
        variants=("untyped", "typed", "expanded"),
    )
