// The array expression (a + b) * 2 + a * b in C++ on every core by OpenMP: the twin of the step `bands` of our threads.

#include "protocol.hpp"

void loop(std::size_t size, const double* __restrict a, const double* __restrict b, double* __restrict output) {
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < size; ++i) {
        output[i] = (a[i] + b[i]) * 2.0 + a[i] * b[i];
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
            "g++ openmp",
            [&] { std::fill(output.begin(), output.end(), -1.0); },
            [&] { loop(size, a.data(), b.data(), output.data()); },
            [&] { return protocol::sum_of_bits(output); },
        },
        repeat);
}
