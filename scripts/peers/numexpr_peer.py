"""NumExpr: the same expressions as text, compiled for blocks, with as many threads as the variant says.

It computes in the order of the text, without fused multiply-add: every bit is ours. The arrays exist before the clock starts, the one for the
answer too (`out=`), because ours does.
"""

import numexpr
import numpy as np

import protocol


def threads(variant):
    """The threads of a variant: `one`, `two`."""
    return {"one": 1, "two": 2}[variant]


def expression(variant):
    """The talk's array expression."""

    def prepare(given):
        numexpr.set_num_threads(threads(variant))
        shape = given.rows, given.cols
        a, b = np.array(given.a).reshape(shape), np.array(given.b).reshape(shape)
        out = np.zeros(shape)
        return lambda: numexpr.evaluate("(a + b) * 2 + a * b", local_dict={"a": a, "b": b}, out=out)

    return prepare


def distance(variant):
    """The book's distances, a row broadcast against a column."""

    def prepare(given):
        numexpr.set_num_threads(threads(variant))
        x, y = np.array(given.x), np.array(given.y)
        arrays = {"x": x[None, :], "y": y[None, :], "px": x[:, None], "py": y[:, None]}
        out = np.zeros((len(x), len(x)))
        return lambda: numexpr.evaluate("sqrt((x - px) ** 2 + (y - py) ** 2)", local_dict=arrays, out=out)

    return prepare


def mandelbrot(variant):
    """The tutorial's whole-array loop, three expressions an iteration. A point that is out stays where it is, so that it never comes back."""

    def prepare(grid):
        numexpr.set_num_threads(threads(variant))
        q_x, q_y = (part.ravel() for part in np.meshgrid(np.array(grid.xs), np.array(grid.ys)))

        def run():
            z_x, z_y = np.zeros_like(q_x), np.zeros_like(q_x)
            inside, count = np.ones(len(q_x), bool), np.zeros(len(q_x), np.int32)
            arrays = {"q_x": q_x, "q_y": q_y}
            for _ in range(grid.max_iterations):
                arrays.update(z_x=z_x, z_y=z_y, inside=inside, count=count)
                new_x = numexpr.evaluate("where(inside, (z_x*z_x - z_y*z_y) + q_x, z_x)", local_dict=arrays)
                new_y = numexpr.evaluate("where(inside, (z_x*z_y + z_y*z_x) + q_y, z_y)", local_dict=arrays)
                z_x, z_y = new_x, new_y
                arrays.update(z_x=z_x, z_y=z_y)
                inside = numexpr.evaluate("z_x*z_x + z_y*z_y <= 4", local_dict=arrays)
                arrays.update(inside=inside)
                count = numexpr.evaluate("where(inside, count + 1, count)", local_dict=arrays)
                if not inside.any():
                    break
            count[count == grid.max_iterations] = 0
            return count

        return run

    return prepare


if __name__ == "__main__":
    problems = {"expression": expression, "distance": distance, "mandelbrot": mandelbrot}
    protocol.main(
        peer="numexpr {variant}",
        version=f"NumExpr {numexpr.__version__}, {protocol.interpreter()}",
        prepare={(name, variant): make(variant) for name, make in problems.items() for variant in ("one", "two")},
        variants=("one", "two"),
    )
