# cython: language_level=3
"""The same loop with its types declared: the numbers are C's `double complex`, and `abs` is its hypot."""


def calculate_z(list q, int max_iterations, list z):
    cdef Py_ssize_t i
    cdef int iteration
    cdef double complex zi, qi
    cdef list output = [0] * len(q)
    for i in range(len(q)):
        zi = z[i]
        qi = q[i]
        for iteration in range(max_iterations):
            zi = zi * zi + qi
            if abs(zi) > 2.0:
                output[i] = iteration
                break
    return output
