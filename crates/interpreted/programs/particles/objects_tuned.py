"""The same particles, with what does not change computed once.

    objects_tuned.py [PARTICLES] [STEPS]
"""

import datetime
import sys
from math import sqrt

from objects import TIMESTEP, Particle, random_particles


class ParticleSimulator:
    """Moves every particle a little along its tangent, again and again, one particle after the other."""

    def __init__(self, particles):
        self.particles = particles

    def evolve(self, timestep, steps):
        """Makes so many steps of so much time."""
        for p in self.particles:
            factor = timestep * p.ang_speed
            for _ in range(steps):
                norm = sqrt(p.x * p.x + p.y * p.y)
                # The direction is rounded before it is multiplied: so the result has the same bits as with a name for each part.
                p.x, p.y = p.x + factor * (-p.y / norm), p.y + factor * (p.x / norm)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    simulator = ParticleSimulator(random_particles(count))
    start_time = datetime.datetime.now()
    simulator.evolve(TIMESTEP, steps)
    end_time = datetime.datetime.now()
    print("Main took", end_time - start_time)
    print("Sums of the coordinates:", sum(p.x for p in simulator.particles), sum(p.y for p in simulator.particles))
