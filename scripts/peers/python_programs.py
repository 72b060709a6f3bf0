"""Runs the files in `crates/interpreted/programs/` as they are, in whatever Python runs this one: CPython, or PyPy.

What the steps of `interpreted` call is called here: `calculate_z` of a picture, `evolve` of a simulator.
"""

import contextlib
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

# No compiled copies among the programs.
sys.dont_write_bytecode = True

import protocol

PROGRAMS = Path(__file__).resolve().parents[2] / "crates" / "interpreted" / "programs"

VARIANTS = {
    "mandelbrot": ("pure_python.py", "pure_python_2.py", "expanded.py"),
    "particles": ("objects.py", "objects_tuned.py"),
}
"""The files that are run, by the folders that they are in."""

NOWHERE = open(os.devnull, "w")


def program(problem, file):
    """A file as a module. As when it is started itself, it finds what lies beside it."""
    folder = str(PROGRAMS / problem)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return import_module(Path(file).stem)


def in_silence(run):
    """The same run, its lines of progress sent nowhere: the standard output is for answers."""

    def silent():
        with contextlib.redirect_stdout(NOWHERE):
            return run()

    return silent


def mandelbrot(file):
    """Makes the lists q and z. The run makes the list of counts."""

    def prepare(grid):
        calculate_z = program("mandelbrot", file).calculate_z
        q = grid.points()
        z = [0j] * len(q)
        return in_silence(lambda: calculate_z(q, grid.max_iterations, z))

    return prepare


def particles(file):
    """Makes the objects. The run moves them."""

    def prepare(swarm):
        module = program("particles", file)
        simulator = module.ParticleSimulator([module.Particle(*each) for each in zip(swarm.x, swarm.y, swarm.ang_speed)])

        def run():
            simulator.evolve(swarm.timestep, swarm.steps)
            return [p.x for p in simulator.particles], [p.y for p in simulator.particles]

        return in_silence(run)

    return prepare


if __name__ == "__main__":
    makers = {"mandelbrot": mandelbrot, "particles": particles}
    protocol.main(
        peer=f"{platform.python_implementation()} {{variant}}",
        version=protocol.interpreter(),
        prepare={(problem, file): makers[problem](file) for problem, files in VARIANTS.items() for file in files},
        variants=[file for files in VARIANTS.values() for file in files],
    )
