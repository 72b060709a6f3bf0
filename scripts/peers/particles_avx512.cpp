// The particle simulator in C++ with the intrinsics of AVX-512: the twin of the step `interleaved` of our vector instructions. Five
// vectors of eight particles stay in registers through all steps.

#include <immintrin.h>

#include <algorithm>

#include "protocol.hpp"

constexpr std::size_t LANES = 8;
constexpr std::size_t VECTORS = 5;
constexpr std::size_t BLOCK = LANES * VECTORS;

void interleaved(const protocol::Swarm& swarm, std::vector<double>& out_x, std::vector<double>& out_y) {
    for (std::size_t first = 0; first < out_x.size(); first += BLOCK) {
        const auto particles = std::min(BLOCK, out_x.size() - first);
        alignas(64) double start_x[BLOCK], start_y[BLOCK], factors[BLOCK];
        for (std::size_t i = 0; i < BLOCK; ++i) {
            const bool real = i < particles;
            start_x[i] = real ? swarm.x[first + i] : 1.0;
            start_y[i] = real ? swarm.y[first + i] : 0.0;
            factors[i] = real ? swarm.timestep * swarm.ang_speed[first + i] : 0.0;
        }
        __m512d x[VECTORS], y[VECTORS], factor[VECTORS];
        for (std::size_t v = 0; v < VECTORS; ++v) {
            x[v] = _mm512_load_pd(start_x + v * LANES);
            y[v] = _mm512_load_pd(start_y + v * LANES);
            factor[v] = _mm512_load_pd(factors + v * LANES);
        }
        const __m512d sign = _mm512_set1_pd(-0.0);
        for (std::uint64_t step = 0; step < swarm.steps; ++step) {
#pragma GCC unroll 5
            for (std::size_t v = 0; v < VECTORS; ++v) {
                const __m512d norm = _mm512_sqrt_pd(_mm512_add_pd(_mm512_mul_pd(x[v], x[v]), _mm512_mul_pd(y[v], y[v])));
                const __m512d v_x = _mm512_div_pd(_mm512_xor_pd(y[v], sign), norm);
                const __m512d v_y = _mm512_div_pd(x[v], norm);
                x[v] = _mm512_add_pd(x[v], _mm512_mul_pd(factor[v], v_x));
                y[v] = _mm512_add_pd(y[v], _mm512_mul_pd(factor[v], v_y));
            }
        }
        for (std::size_t v = 0; v < VECTORS; ++v) {
            _mm512_store_pd(start_x + v * LANES, x[v]);
            _mm512_store_pd(start_y + v * LANES, y[v]);
        }
        std::copy_n(start_x, particles, &out_x[first]);
        std::copy_n(start_y, particles, &out_y[first]);
    }
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"particles", 1000}, {"steps", 10000}};
    const auto repeat = protocol::arguments(argc, argv, "particles", sizes);
    const protocol::Swarm swarm(sizes[0].value, sizes[1].value);
    std::vector<double> x(swarm.x.size()), y(swarm.y.size());
    return protocol::converse(
        {
            "particles",
            "g++ avx-512",
            [&] { std::fill(x.begin(), x.end(), 9.0), std::fill(y.begin(), y.end(), 9.0); },
            [&] { interleaved(swarm, x, y); },
            [&] { return protocol::sum_of_bits(x) + " " + protocol::sum_of_bits(y); },
        },
        repeat);
}
