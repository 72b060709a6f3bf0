// Each block adds up every so many elements, then the sums of its threads as a tree.

__device__ float added(float a, float b) { return a + b; }
__device__ double added(double a, double b) { return a + b; }
__device__ int added(int a, int b) { return (int)((unsigned)a + (unsigned)b); }
__device__ unsigned added(unsigned a, unsigned b) { return a + b; }
__device__ float2 added(float2 a, float2 b) { return make_float2(a.x + b.x, a.y + b.y); }
__device__ double2 added(double2 a, double2 b) { return make_double2(a.x + b.x, a.y + b.y); }

extern "C" __global__ void sum(const real *values, real *sums, unsigned elements) {
    __shared__ real shared_sums[workgroup_size];
    const unsigned lane = threadIdx.x;
    real own = {};
    for (unsigned i = blockIdx.x * blockDim.x + lane; i < elements; i += gridDim.x * blockDim.x) {
        own = added(own, values[i]);
    }
    shared_sums[lane] = own;
    for (unsigned half = workgroup_size / 2; half > 0; half /= 2) {
        __syncthreads();
        if (lane < half) {
            shared_sums[lane] = added(shared_sums[lane], shared_sums[lane + half]);
        }
    }
    if (lane == 0) {
        sums[blockIdx.x] = shared_sums[0];
    }
}
