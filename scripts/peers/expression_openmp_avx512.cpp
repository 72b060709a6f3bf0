// The kernel of `expression_avx512.cpp` on every core by OpenMP: the twin of the step `streamed` of our threads.

#include <immintrin.h>

#include <omp.h>

#include <algorithm>

#include "protocol.hpp"

void one_by_one(std::size_t from, std::size_t to, const double* a, const double* b, double* output) {
    for (std::size_t i = from; i < to; ++i) {
        output[i] = (a[i] + b[i]) * 2.0 + a[i] * b[i];
    }
}

/// Such stores take an address that is a multiple of 64, so the first and the last elements are written singly.
void streamed(std::size_t size, const double* a, const double* b, double* output) {
    const auto beyond = reinterpret_cast<std::uintptr_t>(output) % 64 / sizeof(double);
    const std::size_t head = std::min<std::size_t>(size, (8 - beyond) % 8);
    one_by_one(0, head, a, b, output);
    const __m512d two = _mm512_set1_pd(2.0);
    std::size_t i = head;
    for (; i + 8 <= size; i += 8) {
        const __m512d left = _mm512_loadu_pd(a + i), right = _mm512_loadu_pd(b + i);
        const __m512d doubled = _mm512_mul_pd(_mm512_add_pd(left, right), two);
        _mm512_stream_pd(output + i, _mm512_add_pd(doubled, _mm512_mul_pd(left, right)));
    }
    _mm_sfence();
    one_by_one(i, size, a, b, output);
}

/// A band for each thread.
void shared_out(std::size_t size, const double* a, const double* b, double* output) {
#pragma omp parallel
    {
        const auto thread = static_cast<std::size_t>(omp_get_thread_num());
        const auto threads = static_cast<std::size_t>(omp_get_num_threads());
        const std::size_t from = size * thread / threads, to = size * (thread + 1) / threads;
        streamed(to - from, a + from, b + from, output + from);
    }
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"rows", 2000}, {"cols", 2000}};
    const auto repeat = protocol::arguments(argc, argv, "expression", sizes);
    const auto size = protocol::product(sizes[0].value, sizes[1].value);
    const auto a = protocol::uniform(1, size), b = protocol::uniform(2, size);
    std::vector<double> output(size);
    return protocol::converse(
        {
            "expression",
            "g++ openmp avx-512",
            [&] { std::fill(output.begin(), output.end(), -1.0); },
            [&] { shared_out(size, a.data(), b.data(), output.data()); },
            [&] { return protocol::sum_of_bits(output); },
        },
        repeat);
}
