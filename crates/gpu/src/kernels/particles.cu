// Particles that circle around the origin. In front of this text stands `typedef double real;` or `typedef float real;`.

// ANCHOR: particles
/// One particle for each invocation, all its steps in registers.
extern "C" __global__ void particles(real *x, real *y, const real *speed, real timestep, unsigned steps, unsigned elements) {
    const unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
    for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        real px = x[i], py = y[i];
        const real length = timestep * speed[i];
        for (unsigned step = 0; step < steps; ++step) {
            const real norm = sqrt(px * px + py * py);
            const real vx = -py / norm;
            const real vy = px / norm;
            px = px + length * vx;
            py = py + length * vy;
        }
        x[i] = px;
        y[i] = py;
    }
}
// ANCHOR_END: particles
