// The kernel of `mandelbrot_avx512.cpp` on every core by OpenMP: the twin of the step `vectors` of our threads.

#include <immintrin.h>

#include <algorithm>

#include "protocol.hpp"

constexpr std::size_t LANES = 8;
constexpr std::size_t VECTORS = 5;
constexpr std::size_t BLOCK = LANES * VECTORS;

/// Blocks that a thread takes at once: a few thousand points, so that asking for them costs nothing.
constexpr std::size_t CHUNK = 64;

/// Where the lanes begin that have no point: their orbits leave in the first iteration.
constexpr double OUTSIDE = 4.0;

/// All points, row by row, with as many more as fill the last block.
struct Points {
    std::vector<double> x, y;

    explicit Points(const protocol::Grid& grid) {
        for (const double qy : grid.ys) {
            x.insert(x.end(), grid.xs.begin(), grid.xs.end());
            y.insert(y.end(), grid.xs.size(), qy);
        }
        const auto padded = (x.size() + BLOCK - 1) / BLOCK * BLOCK;
        x.resize(padded, OUTSIDE);
        y.resize(padded, OUTSIDE);
    }
};

/// Each vector waits for itself; five of them take turns.
void interleaved(const Points& points, std::uint32_t max_iterations, std::vector<std::uint32_t>& counts) {
    const __m512d one = _mm512_set1_pd(1.0), four = _mm512_set1_pd(4.0);
#pragma omp parallel for schedule(dynamic, CHUNK)
    for (std::size_t first = 0; first < counts.size(); first += BLOCK) {
        __m512d qx[VECTORS], qy[VECTORS], zx[VECTORS], zy[VECTORS], zx_squared[VECTORS], zy_squared[VECTORS], count[VECTORS];
        __mmask8 inside[VECTORS];
        for (std::size_t v = 0; v < VECTORS; ++v) {
            qx[v] = _mm512_loadu_pd(&points.x[first + v * LANES]);
            qy[v] = _mm512_loadu_pd(&points.y[first + v * LANES]);
            zx[v] = zy[v] = zx_squared[v] = zy_squared[v] = count[v] = _mm512_setzero_pd();
            inside[v] = 0xff;
        }
        for (std::uint32_t iteration = 0; iteration < max_iterations; ++iteration) {
            unsigned any = 0;
#pragma GCC unroll 5
            for (std::size_t v = 0; v < VECTORS; ++v) {
                const __m512d product = _mm512_mul_pd(zx[v], zy[v]);
                zy[v] = _mm512_add_pd(_mm512_add_pd(product, product), qy[v]);
                zx[v] = _mm512_add_pd(_mm512_sub_pd(zx_squared[v], zy_squared[v]), qx[v]);
                zx_squared[v] = _mm512_mul_pd(zx[v], zx[v]);
                zy_squared[v] = _mm512_mul_pd(zy[v], zy[v]);
                const __m512d norm = _mm512_add_pd(zx_squared[v], zy_squared[v]);
                inside[v] = _mm512_mask_cmp_pd_mask(inside[v], norm, four, _CMP_LE_OQ);
                count[v] = _mm512_mask_add_pd(count[v], inside[v], count[v], one);
                any |= inside[v];
            }
            if (any == 0) {
                break;
            }
        }
        alignas(64) double block[BLOCK];
        for (std::size_t v = 0; v < VECTORS; ++v) {
            _mm512_store_pd(block + v * LANES, count[v]);
        }
        const auto end = std::min(counts.size(), first + BLOCK);
        for (std::size_t i = first; i < end; ++i) {
            const auto iterations = static_cast<std::uint32_t>(block[i - first]);
            counts[i] = iterations == max_iterations ? 0 : iterations;
        }
    }
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"width", 500}, {"height", 500}, {"max-iterations", 1000}};
    const auto repeat = protocol::arguments(argc, argv, "mandelbrot", sizes);
    const auto number = sizes[0].value * sizes[1].value;
    if (number > protocol::LARGEST) {
        protocol::refuse(std::to_string(number) + " points are too many: " + std::to_string(protocol::LARGEST) + " at most");
    }
    const protocol::Grid grid(sizes[0].value, sizes[1].value, static_cast<std::uint32_t>(sizes[2].value));
    const Points points(grid);
    std::vector<std::uint32_t> counts(number);
    return protocol::converse(
        {
            "mandelbrot",
            "g++ openmp avx-512",
            // A count that no run may leave behind.
            [&] { std::fill(counts.begin(), counts.end(), UINT32_MAX); },
            [&] { interleaved(points, grid.max_iterations, counts); },
            [&] { return protocol::sum_of_counts(counts); },
        },
        repeat);
}
