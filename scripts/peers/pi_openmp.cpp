// Pi by darts in C++ on every core by OpenMP: the twin of the step `queued` of our threads.

#include "protocol.hpp"

void branchless(std::uint64_t samples, std::vector<std::uint64_t>& hits) {
#pragma omp parallel for schedule(dynamic)
    for (std::uint64_t seed = 0; seed < hits.size(); ++seed) {
        protocol::SplitMix64 numbers{seed};
        std::uint64_t sum = 0;
        for (std::uint64_t sample = 0; sample < samples; ++sample) {
            const double x = numbers.next() * 2.0 - 1.0;
            const double y = numbers.next() * 2.0 - 1.0;
            sum += x * x + y * y <= 1.0;
        }
        hits[seed] = sum;
    }
}

int main(int argc, char** argv) {
    std::vector<protocol::Size> sizes{{"chunks", 100}, {"samples", 100'000}};
    const auto repeat = protocol::arguments(argc, argv, "pi", sizes);
    std::vector<std::uint64_t> hits(sizes[0].value);
    return protocol::converse(
        {
            "pi",
            "g++ openmp",
            [&] { std::fill(hits.begin(), hits.end(), UINT64_MAX); },
            [&] { branchless(sizes[1].value, hits); },
            [&] {
                std::uint64_t sum = 0;
                for (const auto chunk : hits) {
                    sum += chunk;
                }
                return std::to_string(sum);
            },
        },
        repeat);
}
