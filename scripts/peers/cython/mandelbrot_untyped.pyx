# cython: language_level=3
"""The tutorial's second program, compiled as it is: every number is still a Python object."""


def calculate_z(q, max_iterations, z):
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
