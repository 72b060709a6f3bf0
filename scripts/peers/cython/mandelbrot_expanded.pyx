# cython: language_level=3
"""Two doubles instead of a complex number, and squares instead of a root: the end of the tutorial's Cython chapter."""


def calculate_z(list q, int max_iterations, list z):
    cdef Py_ssize_t i
    cdef int iteration
    cdef double zx, zy, qx, qy, zx_new
    cdef list output = [0] * len(q)
    for i in range(len(q)):
        zx, zy = z[i].real, z[i].imag
        qx, qy = q[i].real, q[i].imag
        for iteration in range(max_iterations):
            zx_new = (zx * zx - zy * zy) + qx
            zy = (zx * zy + zy * zx) + qy
            zx = zx_new
            if zx * zx + zy * zy > 4.0:
                output[i] = iteration
                break
    return output
