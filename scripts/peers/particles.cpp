// The particle simulator in C++: the twin of the step `columns` of our scalar kernels, which is the book's NumPy version without
// its temporaries.

#include <cmath>

#include "protocol.hpp"

/// Steps outside, particles inside, an array for each column: neighbours in memory do not depend on each other, so the compiler
/// moves as many at once as fit a vector. `__restrict` promises that the columns do not overlap.
void columns(std::size_t size, const double* __restrict factors, double* __restrict x, double* __restrict y, std::uint64_t steps) {
    for (std::uint64_t step = 0; step < steps; ++step) {
        for (std::size_t i = 0; i < size; ++i) {
            const double norm = std::sqrt(x[i] * x[i] + y[i] * y[i]);
            const double v_x = -y[i] / norm;
            const double v_y = x[i] / norm;
            x[i] += factors[i] * v_x;
            y[i] += factors[i] * v_y;
        }
    }
}

/// What does not change with time is computed once.
void evolve(const protocol::Swarm& swarm, std::vector<double>& x, std::vector<double>& y) {
    std::vector<double> factors;
    factors.reserve(x.size());
    for (const double ang_speed : swarm.ang_speed) {
        factors.push_back(swarm.timestep * ang_speed);
    }
    columns(x.size(), factors.data(), x.data(), y.data(), swarm.steps);
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"particles", 1000}, {"steps", 10000}};
    const auto repeat = protocol::arguments(argc, argv, "particles", sizes);
    const protocol::Swarm swarm(sizes[0].value, sizes[1].value);
    std::vector<double> x, y;
    return protocol::converse(
        {
            "particles",
            "g++ columns",
            [&] { x = swarm.x, y = swarm.y; },
            [&] { evolve(swarm, x, y); },
            [&] { return protocol::sum_of_bits(x) + " " + protocol::sum_of_bits(y); },
        },
        repeat);
}
