// The distance matrix in C++ on every core by OpenMP: the twin of the step `bands` of our threads.

#include <cmath>

#include "protocol.hpp"

void rows(std::size_t points, const double* __restrict x, const double* __restrict y, double* __restrict output) {
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < points; ++i) {
        for (std::size_t j = 0; j < points; ++j) {
            const double dx = x[j] - x[i], dy = y[j] - y[i];
            output[i * points + j] = std::sqrt(dx * dx + dy * dy);
        }
    }
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"points", 4000}};
    const auto repeat = protocol::arguments(argc, argv, "distance", sizes);
    const auto points = sizes[0].value;
    std::vector<double> x, y;
    protocol::SplitMix64 numbers{3};
    for (std::uint64_t point = 0; point < points; ++point) {
        x.push_back(numbers.next());
        y.push_back(numbers.next());
    }
    std::vector<double> output(protocol::product(points, points));
    return protocol::converse(
        {
            "distance",
            "g++ openmp",
            [&] { std::fill(output.begin(), output.end(), -1.0); },
            [&] { rows(points, x.data(), y.data(), output.data()); },
            [&] { return protocol::sum_of_bits(output); },
        },
        repeat);
}
