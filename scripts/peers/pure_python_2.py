"""The tutorial's second program and the book's tuned one: the same work with fewer lookups. CPython runs them, and PyPy as they are."""

import platform

# Not (x ** 2 + y ** 2) ** 0.5, as the book has it: `**` is the C library's pow, which rounds a few results in a thousand to a
# neighbour of what x * x and the square root give, and every peer has to give the same bits.
from math import sqrt

import protocol


def calculate_z(q, max_iterations, z):
    """The tutorial's second loop: `z[i]` and `q[i]` are looked up once for each point."""
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


class Particle:
    """A particle as the book's first chapter keeps it: an object with attributes."""

    def __init__(self, x, y, ang_speed):
        self.x = x
        self.y = y
        self.ang_speed = ang_speed


class ParticleSimulator:
    """The book's simulator: every particle moves a little along its tangent, again and again."""

    def __init__(self, particles):
        self.particles = particles

    def evolve(self, timestep, steps):
        """The loops change places, what does not change is computed once, and no quantity has a name that is used once.

        The parentheses keep the order of the first program, whose direction is rounded before it is multiplied; the book
        multiplies first, which rounds differently.
        """
        for p in self.particles:
            factor = timestep * p.ang_speed
            for _ in range(steps):
                norm = sqrt(p.x * p.x + p.y * p.y)
                p.x, p.y = p.x + factor * (-p.y / norm), p.y + factor * (p.x / norm)


def mandelbrot(grid):
    """Makes the lists q and z. The run fills the list of counts."""
    q = grid.points()
    z = [0j] * len(q)
    return lambda: calculate_z(q, grid.max_iterations, z)


def particles(swarm):
    """Makes the objects. The run moves them."""
    simulator = ParticleSimulator([Particle(*each) for each in zip(swarm.x, swarm.y, swarm.ang_speed)])

    def run():
        simulator.evolve(swarm.timestep, swarm.steps)
        return [p.x for p in simulator.particles], [p.y for p in simulator.particles]

    return run


if __name__ == "__main__":
    protocol.main(
        peer=f"{platform.python_implementation().lower()} pure_python_2",
        version=protocol.interpreter(),
        prepare={"mandelbrot": mandelbrot, "particles": particles},
    )
