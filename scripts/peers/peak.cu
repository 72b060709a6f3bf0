// What an NVIDIA card can do at most: additions, multiplications and fused multiply-adds a second, and the iterations of mandelbrot a
// second if there were nothing but their operations. No peer: it prints one line of JSON and ends.
//
// Every operation is on registers and waits for none of the seven before it; so many threads run that there is always one whose turn it
// is. Built with -fmad=false, so that a product and a sum stay two instructions where they are to be two.

#include <algorithm>
#include <cstdio>
#include <cstdlib>

static void check(cudaError_t error) {
    if (error != cudaSuccess) {
        std::fprintf(stderr, "peak: %s\n", cudaGetErrorString(error));
        std::exit(1);
    }
}

/// What a loop does in one unit.
enum Mix { ADDS, MULTIPLIES, FUSED, MANDELBROT };

constexpr int CHAINS = 8;
constexpr int UNITS = 4096;
constexpr int THREADS = 256;

__device__ double fused(double a, double b, double c) { return fma(a, b, c); }
__device__ float fused(float a, float b, float c) { return fmaf(a, b, c); }

/// Runs UNITS units on each of CHAINS registers. The result goes to memory only if it is a number that it never is, which the compiler
/// cannot know.
template <typename Real, Mix mix>
__global__ void loop(Real factor, Real summand, Real never, Real *output) {
    Real chains[CHAINS];
    for (int chain = 0; chain < CHAINS; ++chain) {
        chains[chain] = Real(threadIdx.x + chain);
    }
    for (int unit = 0; unit < UNITS; ++unit) {
#pragma unroll
        for (int chain = 0; chain < CHAINS; ++chain) {
            Real &x = chains[chain];
            if (mix == ADDS) {
                x = x + summand;
            } else if (mix == MULTIPLIES) {
                x = x * factor;
            } else if (mix == FUSED) {
                x = fused(x, factor, summand);
            } else {
                x = x * factor;
                x = x + summand;
                x = x * factor;
                x = x + summand;
                x = x * factor;
                x = x + summand;
                x = x + summand;
            }
        }
    }
    Real sum = 0;
    for (int chain = 0; chain < CHAINS; ++chain) {
        sum += chains[chain];
    }
    if (sum == never) {
        *output = sum;
    }
}

/// The most units a second, of several runs of about ten milliseconds and more.
template <typename Real, Mix mix>
static double units_per_second(int blocks) {
    cudaEvent_t begin, end;
    check(cudaEventCreate(&begin));
    check(cudaEventCreate(&end));
    Real *output;
    check(cudaMalloc(&output, sizeof(Real)));
    double best = 0.0;
    for (int run = 0; run < 12; ++run) {
        check(cudaEventRecord(begin));
        // The values are ordinary numbers, and stay so: 0.999 x + 0.001 goes to 1.
        loop<Real, mix><<<blocks, THREADS>>>(Real(0.999), Real(0.001), Real(-1), output);
        check(cudaGetLastError());
        check(cudaEventRecord(end));
        check(cudaEventSynchronize(end));
        float ms = 0.0f;
        check(cudaEventElapsedTime(&ms, begin, end));
        best = std::max(best, 1e3 * double(UNITS) * CHAINS * THREADS * blocks / ms);
    }
    check(cudaFree(output));
    check(cudaEventDestroy(begin));
    check(cudaEventDestroy(end));
    return best;
}

template <typename Real>
static void report(const char *name, int blocks) {
    const double adds = units_per_second<Real, ADDS>(blocks), multiplies = units_per_second<Real, MULTIPLIES>(blocks);
    const double fused = units_per_second<Real, FUSED>(blocks), iterations = units_per_second<Real, MANDELBROT>(blocks);
    std::printf("\"%s\": {\"giga_adds_per_s\": %.1f, \"giga_multiplies_per_s\": %.1f, \"giga_fused_multiply_adds_per_s\": %.1f, "
                "\"tflops_fused\": %.2f, \"tflops_unfused\": %.2f, \"giga_mandelbrot_iterations_per_s\": %.2f}",
                name, 1e-9 * adds, 1e-9 * multiplies, 1e-9 * fused, 2e-12 * fused, 1e-12 * std::max(adds, multiplies), 1e-9 * iterations);
}

int main() {
    cudaDeviceProp card;
    check(cudaGetDeviceProperties(&card, 0));
    const int blocks = 64 * card.multiProcessorCount;
    std::printf("{\"card\": \"%s\", \"compute_capability\": \"%d.%d\", \"multiprocessors\": %d, ", card.name, card.major, card.minor,
                card.multiProcessorCount);
    report<double>("double", blocks);
    std::printf(", ");
    report<float>("single", blocks);
    std::printf("}\n");
    return 0;
}
