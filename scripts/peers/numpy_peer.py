"""The programs of the tutorial and the book with NumPy: whole arrays, and for comparison one array element at a time."""

import numpy as np

import protocol


def calculate_z_loop(q, max_iterations, z):
    """`numpy_loop.py`: the tutorial's loop over lists, given arrays. Every `z[i]` makes an object of the type complex128."""
    output = [0] * len(q)
    for i in range(len(q)):
        for iteration in range(max_iterations):
            z[i] = z[i] * z[i] + q[i]
            if abs(z[i]) > 2.0:
                output[i] = iteration
                break
    return output


def calculate_z_vector(q, max_iterations, z):
    """`numpy_vector.py`: all points in every iteration, masks where the loop had a break."""
    output = np.resize(np.array(0), q.shape)
    for iteration in range(max_iterations):
        z = z * z + q
        done = np.greater(abs(z), 2.0)
        q = np.where(done, 0 + 0j, q)
        z = np.where(done, 0 + 0j, z)
        output = np.where(done, iteration, output)
    return output


def evolve(r, ang_speed, timestep, steps):
    """`evolve_numpy` of the book: coordinates as the rows of one array."""
    for _ in range(steps):
        norm = np.sqrt((r**2).sum(axis=1))
        v = r[:, [1, 0]]
        v[:, 0] *= -1
        v /= norm[:, np.newaxis]
        d = timestep * ang_speed[:, np.newaxis] * v
        r += d
    return r[:, 0], r[:, 1]


def distance_matrix(r):
    """`distance_matrix_numpy` of the book: a new axis for the one point, and one for the other."""
    r_i = r[:, np.newaxis]
    r_j = r[np.newaxis, :]
    r_ij = r_j - r_i
    return np.sqrt((r_ij**2).sum(axis=2))


def mandelbrot_loop(grid):
    """Makes the arrays q and z. The run fills a list of counts."""
    q = np.array(grid.points())
    z = np.zeros_like(q)
    return lambda: calculate_z_loop(q, grid.max_iterations, z)


def mandelbrot_vector(grid):
    """Makes the arrays q and z. The run makes the array of counts."""
    q = np.array(grid.points())
    z = np.zeros_like(q)
    return lambda: calculate_z_vector(q, grid.max_iterations, z)


def matrices(given):
    """The two matrices as arrays of two dimensions."""
    return (np.array(values).reshape(given.rows, given.cols) for values in (given.a, given.b))


def expression_plain(given):
    """The run evaluates the formula as it is written."""
    a, b = matrices(given)
    return lambda: (a + b) * 2 + a * b


def expression_out(given):
    """Makes the arrays that the results go to, and touches them. The run allocates nothing."""
    a, b = matrices(given)
    output, product = np.full_like(a, np.nan), np.full_like(a, np.nan)

    def run():
        np.add(a, b, out=output)
        np.multiply(output, 2, out=output)
        np.multiply(a, b, out=product)
        np.add(output, product, out=output)
        return output

    return run


def particles(swarm):
    """Makes the array of coordinates. The run moves the particles where they are."""
    r = np.array([swarm.x, swarm.y]).T.copy()
    ang_speed = np.array(swarm.ang_speed)
    return lambda: [column.copy() for column in evolve(r, ang_speed, swarm.timestep, swarm.steps)]


def distance(given):
    """Makes the array of points. The run makes the matrix."""
    r = np.array([given.x, given.y]).T.copy()
    return lambda: distance_matrix(r)


if __name__ == "__main__":
    protocol.main(
        peer="numpy {variant}",
        version=f"NumPy {np.__version__}, {protocol.interpreter()}",
        prepare={
            ("mandelbrot", "loop"): mandelbrot_loop,
            ("mandelbrot", "vector"): mandelbrot_vector,
            ("expression", "plain"): expression_plain,
            ("expression", "out"): expression_out,
            ("particles", "arrays"): particles,
            ("distance", "broadcast"): distance,
        },
        variants=("loop", "vector", "plain", "out", "arrays", "broadcast"),
    )
