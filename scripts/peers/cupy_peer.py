"""CuPy's three ways to a card, in the order of the tutorial's pyCUDA: whole arrays, an elementwise kernel, a raw kernel."""

import cupy as cp

import devices
import protocol

REALS = {"double": "float64", "single": "float32"}

EXACT = ("--fmad=false",)
"""Without it the compiler fuses a product and a sum, and the bits differ."""


def calculate_z(q, max_iterations):
    """The tutorial's gpuarray version: all points in every iteration, `where` instead of a break."""
    z = cp.zeros_like(q)
    zero = q.dtype.type(0)
    output = cp.zeros(q.shape, cp.int32)
    for iteration in range(max_iterations):
        z = z * z + q
        done = abs(z) > 2.0
        q = cp.where(done, zero, q)
        z = cp.where(done, zero, z)
        output = cp.where(done, cp.int32(iteration), output)
    return output


LOOP = """
    count = 0;
    for (int iteration = 0; iteration < max_iterations; ++iteration) {
        const real zx_new = (zx * zx - zy * zy) + x;
        zy = (zx * zy + zy * zx) + y;
        zx = zx_new;
        if (zx * zx + zy * zy > real(4)) {
            count = iteration;
            break;
        }
    }
"""
"""One point, the loop inside the kernel: the same text for both kernels and both precisions."""

elementwise = cp.ElementwiseKernel(
    "T q, int32 max_iterations",
    "int32 count",
    "typedef typename T::value_type real; const real x = q.real(), y = q.imag(); real zx = 0, zy = 0;" + LOOP,
    "calculate_z_elementwise",
    options=EXACT,
)

SOURCE = (
    """
extern "C" __global__ void calculate_z(const real *xs, const real *ys, unsigned width, unsigned points, int max_iterations, int *counts) {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= points) {
        return;
    }
    const real x = xs[i % width], y = ys[i / width];
    real zx = 0, zy = 0;
    int count;
"""
    + LOOP
    + """
    counts[i] = count;
}
"""
)

THREADS = 256


def timed(compute):
    """The run, with the card's clock around its kernels."""
    return devices.Run(
        compute=compute,
        fetch=cp.asnumpy,
        event=cp.cuda.Event,
        record=lambda event: event.record(),
        elapsed=cp.cuda.get_elapsed_time,
    )


def prepared(real, make):
    """Puts the points on the card. The run makes the counts there, and brings them back."""

    def prepare(grid):
        q = cp.asarray(devices.points(grid, REALS[real]))
        return timed(make(q, grid.max_iterations))

    return prepare


def arrays(real):
    """Whole arrays: ten kernels and more in every iteration."""
    return prepared(real, lambda q, max_iterations: lambda: calculate_z(q, max_iterations))


def one_kernel(real):
    """The elementwise kernel: one launch."""
    return prepared(real, lambda q, max_iterations: lambda: elementwise(q, cp.int32(max_iterations)))


def raw(real, options=EXACT):
    """The raw kernel, which reads the axes instead of the points: one launch, one thread for each point."""

    def prepare(grid):
        kind = {"double": "double", "single": "float"}[real]
        kernel = cp.RawKernel(f"typedef {kind} real;\n{SOURCE}", "calculate_z", options=options)
        xs, ys = map(cp.asarray, devices.axes(grid, REALS[real]))
        counts = cp.empty(len(xs) * len(ys), cp.int32)
        arguments = xs, ys, cp.uint32(len(xs)), cp.uint32(counts.size), cp.int32(grid.max_iterations), counts

        def compute():
            kernel((-(-counts.size // THREADS),), (THREADS,), arguments)
            return counts

        kernel.compile()
        return timed(compute)

    return prepare


if __name__ == "__main__":
    protocol.main(
        peer="cupy {variant}",
        version=f"CuPy {cp.__version__}, {protocol.interpreter()}",
        prepare={
            ("mandelbrot", "arrays double"): arrays("double"),
            ("mandelbrot", "arrays single"): arrays("single"),
            ("mandelbrot", "elementwise double"): one_kernel("double"),
            ("mandelbrot", "elementwise single"): one_kernel("single"),
            ("mandelbrot", "raw double"): raw("double"),
            ("mandelbrot", "raw single"): raw("single"),
            ("mandelbrot", "raw contracted"): raw("double", options=()),
        },
        variants=(
            "arrays double", "arrays single", "elementwise double", "elementwise single", "raw double", "raw single", "raw contracted",
        ),
    )
