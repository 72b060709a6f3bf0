// (a + b) * 2 + a * b for every element. In front of this text stands `typedef double real;` or `typedef float real;`.

// ANCHOR: expression
extern "C" __global__ void expression(const real *a, const real *b, real *output, unsigned elements) {
    const unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
    for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        output[i] = (a[i] + b[i]) * 2 + a[i] * b[i];
    }
}
// ANCHOR_END: expression
