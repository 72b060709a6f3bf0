// Darts at a square. In front of this text stands `typedef double real;` or `typedef float real;`, for the test of a hit: the draws
// are doubles in any case.

// ANCHOR: pi
/// SplitMix64 after the state has been advanced: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
__device__ __forceinline__ double mixed(unsigned long long state) {
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ull;
    state = (state ^ (state >> 27)) * 0x94D049BB133111EBull;
    state ^= state >> 31;
    return (double)(state >> 11) * (1.0 / 9007199254740992.0);
}

#define ADVANCE 0x9E3779B97F4A7C15ull

__device__ __forceinline__ bool hit(unsigned long long state) {
    const real x = (real)(mixed(state + ADVANCE) * 2.0 - 1.0);
    const real y = (real)(mixed(state + 2 * ADVANCE) * 2.0 - 1.0);
    return x * x + y * y <= 1;
}

/// One chunk for each invocation, whose number is the seed of its stream.
extern "C" __global__ void chunks(unsigned *hits, unsigned samples, unsigned elements) {
    const unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
    for (unsigned long long chunk = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; chunk < elements; chunk += stride) {
        unsigned long long state = chunk;
        unsigned count = 0;
        for (unsigned sample = 0; sample < samples; ++sample) {
            count += hit(state);
            state += 2 * ADVANCE;
        }
        hits[chunk] = count;
    }
}
// ANCHOR_END: pi

// ANCHOR: leaps
/// One chunk for each workgroup: a stream's state only counts on, so each invocation leaps to its own samples. `hits` holds zeros at
/// the start.
extern "C" __global__ void leaps(unsigned *hits, unsigned samples, unsigned elements) {
    for (unsigned chunk = blockIdx.x; chunk < elements; chunk += gridDim.x) {
        unsigned long long state = chunk + 2 * ADVANCE * threadIdx.x;
        unsigned count = 0;
        for (unsigned sample = threadIdx.x; sample < samples; sample += blockDim.x) {
            count += hit(state);
            state += 2 * ADVANCE * blockDim.x;
        }
        atomicAdd(&hits[chunk], count);
    }
}
// ANCHOR_END: leaps
