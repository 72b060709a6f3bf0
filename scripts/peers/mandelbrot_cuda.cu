// The Mandelbrot loop in CUDA C++, compiled by nvcc: the kernels of our crate `gpu`, without our driver around them.
//
//     --variant source       the tutorial's kernel, in double precision
//     --variant blocks       tested after every few iterations
//     --variant replaced     no lane idle: the best of ours
//     --variant source-single, blocks-single, replaced-single
//
// The time of a run is that of the kernel and of fetching the counts; the kernel's own is told beside it, by the card's clock.
//
// nvcc -O3 -std=c++17 -arch=native -fmad=false mandelbrot_cuda.cu

#include <algorithm>
#include <limits>

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)
#define PEER_VERSION "nvcc " TEXT(__CUDACC_VER_MAJOR__) "." TEXT(__CUDACC_VER_MINOR__) "." TEXT(__CUDACC_VER_BUILD__)
#include "protocol.hpp"

/// Invocations in a workgroup; our kernels call it so.
#define workgroup_size 128

namespace in_double {
typedef double real;
#define calculate_z calculate_z_double
#define blocks blocks_double
#define replaced replaced_double
#include "../../crates/gpu/src/kernels/mandelbrot.cu"
#include "../../crates/gpu/src/kernels/mandelbrot_blocks.cu"
#undef calculate_z
#undef blocks
#undef replaced
}  // namespace in_double

namespace in_single {
typedef float real;
#define calculate_z calculate_z_single
#define blocks blocks_single
#define replaced replaced_single
#include "../../crates/gpu/src/kernels/mandelbrot.cu"
#include "../../crates/gpu/src/kernels/mandelbrot_blocks.cu"
#undef calculate_z
#undef blocks
#undef replaced
}  // namespace in_single

/// Ends the program with a line if a call of CUDA's has failed.
void must(cudaError_t outcome, const char* what) {
    if (outcome != cudaSuccess) {
        std::cerr << protocol::program + ": " + what + ": " + cudaGetErrorString(outcome) + "\n";
        std::exit(1);
    }
}

/// An array on the card, freed when the program ends.
template <typename T>
T* allocate(std::size_t count) {
    T* array = nullptr;
    must(cudaMalloc(&array, count * sizeof(T)), "no memory on the card");
    return array;
}

template <typename Real>
Real* on_the_card(const std::vector<double>& values) {
    const std::vector<Real> narrow(values.begin(), values.end());
    Real* array = allocate<Real>(narrow.size());
    must(cudaMemcpy(array, narrow.data(), narrow.size() * sizeof(Real), cudaMemcpyHostToDevice), "the upload");
    return array;
}

/// A run of one of the kernels, with all that it needs on the card.
template <typename Real>
std::function<void()> prepared(const std::string& algorithm, const protocol::Grid& grid, unsigned* counts) {
    constexpr bool is_double = sizeof(Real) == sizeof(double);
    const Real* xs = on_the_card<Real>(grid.xs);
    const Real* ys = on_the_card<Real>(grid.ys);
    const auto max_iterations = grid.max_iterations;
    const auto width = static_cast<unsigned>(grid.xs.size());
    const auto elements = static_cast<unsigned>(grid.xs.size() * grid.ys.size());
    const unsigned groups = (elements + workgroup_size - 1) / workgroup_size;
    if (algorithm != "replaced") {
        void (*kernel)(const Real*, const Real*, unsigned*, unsigned, unsigned, unsigned);
        if constexpr (is_double) {
            kernel = algorithm == "source" ? in_double::calculate_z_double : in_double::blocks_double;
        } else {
            kernel = algorithm == "source" ? in_single::calculate_z_single : in_single::blocks_single;
        }
        return [=] { kernel<<<groups, workgroup_size>>>(xs, ys, counts, max_iterations, width, elements); };
    }
    void (*kernel)(const Real*, const Real*, unsigned*, unsigned*, unsigned, unsigned, unsigned);
    if constexpr (is_double) {
        kernel = in_double::replaced_double;
    } else {
        kernel = in_single::replaced_single;
    }
    unsigned* taken = allocate<unsigned>(1);
    int resident = 0, multiprocessors = 0, device = 0;
    must(cudaGetDevice(&device), "the card");
    must(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, kernel, workgroup_size, 0), "the occupancy");
    must(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device), "the multiprocessors");
    const unsigned all = std::min(groups, static_cast<unsigned>(resident * multiprocessors));
    return [=] {
        must(cudaMemsetAsync(taken, 0, sizeof(unsigned)), "the counter");
        kernel<<<all, workgroup_size>>>(xs, ys, counts, taken, max_iterations, width, elements);
    };
}

/// Takes an option of ours out of the arguments; the others are the protocol's.
std::string option(int& argc, char** argv, const std::string& name, std::string value, const std::vector<std::string>& allowed) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (argv[i] == name) {
            value = argv[i + 1];
            std::copy(argv + i + 2, argv + argc, argv + i);
            argc -= 2;
            break;
        }
    }
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        std::string choices;
        for (const auto& choice : allowed) {
            choices += (choices.empty() ? "" : ", ") + choice;
        }
        protocol::refuse("argument " + name + ": invalid choice: '" + value + "' (choose from " + choices + ")");
    }
    return value;
}

int main(int argc, char** argv) {
    protocol::program = "mandelbrot_cuda";
    const auto variant = option(argc, argv, "--variant", "source",
                                {"source", "blocks", "replaced", "source-single", "blocks-single", "replaced-single"});
    std::vector<protocol::Size> sizes{{"width", 500}, {"height", 500}, {"max-iterations", 1000}};
    const auto repeat = protocol::arguments(argc, argv, "mandelbrot", sizes);
    const auto points = sizes[0].value * sizes[1].value;
    if (points > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
        protocol::refuse(std::to_string(points) + " points are too many: 2^31 - 1 at most");
    }
    must(cudaFree(nullptr), "the card cannot be used");
    const protocol::Grid grid(sizes[0].value, sizes[1].value, static_cast<std::uint32_t>(sizes[2].value));
    std::vector<std::uint32_t> counts(points);
    const auto bytes = points * sizeof(std::uint32_t);
    unsigned* on_card = allocate<unsigned>(points);
    const auto algorithm = variant.substr(0, variant.find('-'));
    const auto launch =
        algorithm == variant ? prepared<double>(algorithm, grid, on_card) : prepared<float>(algorithm, grid, on_card);
    const auto fetch = [&] { must(cudaMemcpy(counts.data(), on_card, bytes, cudaMemcpyDeviceToHost), "fetching the counts"); };
    cudaEvent_t begin = nullptr, end = nullptr;
    must(cudaEventCreate(&begin), "an event");
    must(cudaEventCreate(&end), "an event");
    const auto run = [&] {
        must(cudaEventRecord(begin), "an event");
        launch();
        must(cudaGetLastError(), "the launch");
        must(cudaEventRecord(end), "an event");
        must(cudaDeviceSynchronize(), "the kernel");
    };
    run();
    return protocol::converse(
        {
            "mandelbrot",
            "nvcc " + variant,
            // A count that no run may leave behind.
            [&] {
                must(cudaMemset(on_card, 0xff, bytes), "the counts");
                must(cudaDeviceSynchronize(), "the counts");
                std::fill(counts.begin(), counts.end(), UINT32_MAX);
            },
            [&] {
                run();
                fetch();
            },
            [&] { return protocol::sum_of_counts(counts); },
            [&] {
                float ms = 0.0f;
                must(cudaEventElapsedTime(&ms, begin, end), "the card's clock");
                return static_cast<double>(ms);
            },
        },
        repeat);
}
