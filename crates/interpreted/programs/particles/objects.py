"""Particles that go round the origin, each an object with attributes.

    objects.py [PARTICLES] [STEPS]
"""

import datetime
import sys
from math import sqrt

TIMESTEP = 0.00001
MASK = 0xFFFFFFFFFFFFFFFF


class Particle:
    """A place in the plane and an angular speed about the origin."""

    def __init__(self, x, y, ang_speed):
        self.x = x
        self.y = y
        self.ang_speed = ang_speed


class ParticleSimulator:
    """Moves every particle a little along its tangent, again and again."""

    def __init__(self, particles):
        self.particles = particles

    def evolve(self, timestep, steps):
        """Makes so many steps of so much time."""
        for _ in range(steps):
            for p in self.particles:
                norm = sqrt(p.x * p.x + p.y * p.y)
                v_x = -p.y / norm
                v_y = p.x / norm
                d_x = timestep * p.ang_speed * v_x
                d_y = timestep * p.ang_speed * v_y
                p.x += d_x
                p.y += d_y


class SplitMix64:
    """A generator of random numbers whose whole state is one integer of 64 bits."""

    def __init__(self, seed):
        self.state = seed & MASK

    def random(self):
        """The next number in [0, 1)."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z = z ^ (z >> 31)
        return (z >> 11) * (1.0 / 9007199254740992.0)

    def between_ones(self):
        """The next number in [-1, 1)."""
        return self.random() * 2.0 - 1.0


def random_particles(count):
    """So many particles, the same ones in every run."""
    generator = SplitMix64(7)
    particles = []
    for _ in range(count):
        x = generator.between_ones()
        y = generator.between_ones()
        ang_speed = generator.between_ones()
        particles.append(Particle(x, y, ang_speed))
    return particles


def simulate(count, steps):
    """Times the simulation and shows where the particles are after it."""
    simulator = ParticleSimulator(random_particles(count))
    start_time = datetime.datetime.now()
    simulator.evolve(TIMESTEP, steps)
    end_time = datetime.datetime.now()
    print("Main took", end_time - start_time)
    particles = simulator.particles
    if particles:
        print("First particle:", particles[0].x, particles[0].y)
        print("Last particle:", particles[-1].x, particles[-1].y)
    sum_x = sum_y = 0.0
    for p in particles:
        sum_x += p.x
        sum_y += p.y
    print("Sums of the coordinates:", sum_x, sum_y)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    simulate(count, steps)
