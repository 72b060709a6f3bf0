# cython: language_level=3, boundscheck=False, cdivision=True
"""The book's `c_evolve` over typed memoryviews: the plain loops again, with C's numbers, and its checks switched off."""

from libc.math cimport sqrt


def c_evolve(double[:, :] r_i, double[:] ang_speed_i, double timestep, int steps):
    cdef Py_ssize_t j
    cdef int step
    cdef double x, y, norm, v_x, v_y
    for step in range(steps):
        for j in range(r_i.shape[0]):
            x = r_i[j, 0]
            y = r_i[j, 1]
            norm = sqrt(x * x + y * y)
            v_x = -y / norm
            v_y = x / norm
            r_i[j, 0] += timestep * ang_speed_i[j] * v_x
            r_i[j, 1] += timestep * ang_speed_i[j] * v_y
