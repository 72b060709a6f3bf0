// The Mandelbrot loop in C++ on every core by OpenMP: the twin of the step `queued` of our threads. Who is free takes the next row.

#include <algorithm>

#include "protocol.hpp"

/// Two doubles instead of a complex number, so that the squares of the test are kept for the next iteration.
void expanded(const protocol::Grid& grid, std::vector<std::uint32_t>& counts) {
    std::fill(counts.begin(), counts.end(), 0);
    const std::uint32_t max_iterations = grid.max_iterations;
#pragma omp parallel for schedule(dynamic)
    for (std::size_t row = 0; row < grid.ys.size(); ++row) {
        const double qy = grid.ys[row];
        std::uint32_t* count = counts.data() + row * grid.xs.size();
        for (const double qx : grid.xs) {
            double zx = 0.0, zy = 0.0;
            double zx_squared = 0.0, zy_squared = 0.0;
            for (std::uint32_t iteration = 0; iteration < max_iterations; ++iteration) {
                zy = (zx * zy + zy * zx) + qy;
                zx = (zx_squared - zy_squared) + qx;
                zx_squared = zx * zx;
                zy_squared = zy * zy;
                if (zx_squared + zy_squared > 4.0) {
                    *count = iteration;
                    break;
                }
            }
            ++count;
        }
    }
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"width", 500}, {"height", 500}, {"max-iterations", 1000}};
    const auto repeat = protocol::arguments(argc, argv, "mandelbrot", sizes);
    const auto points = sizes[0].value * sizes[1].value;
    if (points > protocol::LARGEST) {
        protocol::refuse(std::to_string(points) + " points are too many: " + std::to_string(protocol::LARGEST) + " at most");
    }
    const protocol::Grid grid(sizes[0].value, sizes[1].value, static_cast<std::uint32_t>(sizes[2].value));
    std::vector<std::uint32_t> counts(points);
    return protocol::converse(
        {
            "mandelbrot",
            "g++ openmp",
            // A count that no run may leave behind.
            [&] { std::fill(counts.begin(), counts.end(), UINT32_MAX); },
            [&] { expanded(grid, counts); },
            [&] { return protocol::sum_of_counts(counts); },
        },
        repeat);
}
