// The tutorial's kernel of the Mandelbrot set. In front of this text stands `typedef double real;` or `typedef float real;`.

// ANCHOR: calculate_z
/// One point for each invocation, z in registers, every iteration tested. If there are more points than invocations, each takes the
/// points that lie a whole launch apart.
extern "C" __global__ void calculate_z(const real *xs, const real *ys, unsigned *counts, unsigned max_iterations, unsigned width,
                                       unsigned elements) {
    // Wider than an index, so that the last stride may lead beyond it.
    const unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
    for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        const real qx = xs[(unsigned)i % width], qy = ys[(unsigned)i / width];
        real zx = 0, zy = 0, zx_squared = 0, zy_squared = 0;
        unsigned count = 0;
        for (unsigned iteration = 0; iteration < max_iterations; ++iteration) {
            zy = (zx * zy + zy * zx) + qy;
            zx = (zx_squared - zy_squared) + qx;
            zx_squared = zx * zx;
            zy_squared = zy * zy;
            if (zx_squared + zy_squared > 4) {
                count = iteration;
                break;
            }
        }
        counts[i] = count;
    }
}
// ANCHOR_END: calculate_z
