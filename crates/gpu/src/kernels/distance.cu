// How far each point is from each other. In front of this text stands `typedef double real;` or `typedef float real;`.

// ANCHOR: distance
/// A workgroup takes whole rows, so nothing is divided and neighbouring lanes write neighbouring elements. An index of the matrix is
/// wider than those of its rows and columns.
extern "C" __global__ void distance(const real *x, const real *y, real *distances, unsigned points) {
    for (unsigned row = blockIdx.x; row < points; row += gridDim.x) {
        const real row_x = x[row], row_y = y[row];
        for (unsigned column = threadIdx.x; column < points; column += blockDim.x) {
            const real dx = x[column] - row_x;
            const real dy = y[column] - row_y;
            distances[(unsigned long long)row * points + column] = sqrt(dx * dx + dy * dy);
        }
    }
}
// ANCHOR_END: distance
