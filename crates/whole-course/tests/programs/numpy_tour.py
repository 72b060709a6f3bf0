"""Evaluates the NumPy lines of the tour, one for each line of the input, after the program in the first argument."""

import sys
import numpy as np

prelude = sys.argv[1]


def shown(value):
    """An array as nested lists."""
    return str(np.asarray(value).tolist())


for line in sys.stdin.read().splitlines():
    names = {"np": np}
    exec(prelude, names)
    *statements, last = line.split("; ")
    exec("; ".join(statements), names)
    try:
        print(shown(eval(last, names)))
    except ValueError:
        print("ValueError")
