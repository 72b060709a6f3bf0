// Runs the kernels of CUDA C++ on the processor, so that what they do with their indices, lanes and queues is tested where there is
// no card. Compiled with -DREAL=double or -DREAL=float, -Dworkgroup_size=N, and the folder of the kernels among the includes.
//
//     host ENTRY GROUPS < arguments > arguments
//
// An argument is the number of its bytes in eight bytes, and its bytes. Each workgroup is a thread, and each invocation a coroutine of
// it: it runs until it comes to a warp's operation, and goes on when all 32 lanes have come to the same one. A warp whose lanes come
// to different ones, or of which some have ended, is an error, as it would be on a card.

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace host {

constexpr unsigned LANES = 32;
constexpr std::size_t STACK = 64 * 1024;

enum class Operation { none, ballot, shuffle, synchronize };

struct Invocation {
    ucontext_t context;
    std::unique_ptr<char[]> stack{new char[STACK]};
    bool ended = false;
    Operation operation = Operation::none;
    unsigned value = 0, source = 0, outcome = 0;
};

struct Dimensions {
    unsigned x = 0;
};

thread_local ucontext_t scheduler;
thread_local Invocation* current;
thread_local Dimensions block_index, thread_index;
Dimensions grid;
const void* body;
void (*enter)();

[[noreturn]] inline void fail(const char* what) {
    std::fprintf(stderr, "host: %s\n", what);
    std::_Exit(1);
}

/// Comes to an operation of the warp, and returns what it gives this lane.
inline unsigned meet(Operation operation, unsigned mask, unsigned value, unsigned source) {
    if (mask != 0xffffffffu) {
        fail("an operation of a part of a warp");
    }
    Invocation& self = *current;
    self.operation = operation;
    self.value = value;
    self.source = source;
    swapcontext(&self.context, &scheduler);
    return self.outcome;
}

/// Lets a warp's lanes run to their next operation, and gives each what comes of it. False if they have all ended.
inline bool advance(Invocation* lanes, unsigned first) {
    unsigned ended = 0;
    for (unsigned lane = 0; lane < LANES; ++lane) {
        current = &lanes[lane];
        thread_index.x = first + lane;
        if (!current->ended) {
            swapcontext(&scheduler, &current->context);
        }
        ended += current->ended;
    }
    if (ended == LANES) {
        return false;
    }
    unsigned ballot = 0;
    for (unsigned lane = 0; lane < LANES; ++lane) {
        if (ended != 0 || lanes[lane].operation != lanes[0].operation) {
            fail("the lanes of a warp have parted");
        }
        ballot |= (lanes[lane].value != 0) << lane;
    }
    for (unsigned lane = 0; lane < LANES; ++lane) {
        auto& self = lanes[lane];
        self.outcome = self.operation == Operation::shuffle ? lanes[self.source % LANES].value : ballot;
    }
    return true;
}

inline void start() {
    enter();
    current->ended = true;
}

inline void run_group(unsigned group, unsigned size) {
    block_index.x = group;
    std::vector<Invocation> invocations(size);
    for (auto& invocation : invocations) {
        getcontext(&invocation.context);
        invocation.context.uc_stack.ss_sp = invocation.stack.get();
        invocation.context.uc_stack.ss_size = STACK;
        invocation.context.uc_link = &scheduler;
        makecontext(&invocation.context, start, 0);
    }
    for (bool running = true; running;) {
        running = false;
        for (unsigned first = 0; first < size; first += LANES) {
            running |= advance(&invocations[first], first);
        }
    }
}

}  // namespace host

// CUDA's words.
#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static thread_local
#define blockIdx host::block_index
#define threadIdx host::thread_index
#define gridDim host::grid
constexpr host::Dimensions blockDim{workgroup_size};

inline unsigned __ballot_sync(unsigned mask, bool value) { return host::meet(host::Operation::ballot, mask, value, 0); }
inline unsigned __shfl_sync(unsigned mask, unsigned value, unsigned source) {
    return host::meet(host::Operation::shuffle, mask, value, source);
}
inline void __syncwarp() { host::meet(host::Operation::synchronize, 0xffffffffu, 0, 0); }
inline unsigned __popc(unsigned value) { return static_cast<unsigned>(__builtin_popcount(value)); }
inline unsigned atomicAdd(unsigned* address, unsigned value) { return __atomic_fetch_add(address, value, __ATOMIC_SEQ_CST); }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
using std::fma;
using std::sqrt;

typedef REAL real;
#include "mandelbrot.cu"
#include "mandelbrot_blocks.cu"
#include "expression.cu"
#include "distance.cu"
#include "particles.cu"
#include "pi.cu"

using Arguments = std::vector<std::vector<char>>;

/// A parameter: the address of an array, or a number.
template <typename Parameter>
Parameter as(std::vector<char>& argument) {
    if constexpr (std::is_pointer_v<Parameter>) {
        return reinterpret_cast<Parameter>(argument.data());
    } else {
        Parameter number{};
        if (argument.size() != sizeof number) {
            host::fail("a number of the wrong type");
        }
        std::memcpy(&number, argument.data(), sizeof number);
        return number;
    }
}

template <typename... Parameters>
void launch(void (*kernel)(Parameters...), Arguments& arguments, unsigned groups) {
    if (arguments.size() != sizeof...(Parameters)) {
        host::fail("the wrong number of arguments");
    }
    static auto* given = &arguments;
    static auto* started = kernel;
    host::grid.x = groups;
    host::enter = [] {
        auto call = []<std::size_t... I>(std::index_sequence<I...>) { started(as<Parameters>((*given)[I])...); };
        call(std::index_sequence_for<Parameters...>{});
    };
    std::vector<std::thread> threads;
    for (unsigned group = 0; group < groups; ++group) {
        threads.emplace_back(host::run_group, group, static_cast<unsigned>(workgroup_size));
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

int main(int argc, char** argv) {
    if (argc != 3) {
        host::fail("usage: host ENTRY GROUPS");
    }
    Arguments arguments;
    for (std::uint64_t bytes; std::fread(&bytes, sizeof bytes, 1, stdin) == 1;) {
        arguments.emplace_back(bytes);
        if (std::fread(arguments.back().data(), 1, bytes, stdin) != bytes) {
            host::fail("the arguments end too early");
        }
    }
    const std::string entry = argv[1];
    const auto groups = static_cast<unsigned>(std::atoi(argv[2]));
    bool found = false;
    auto offer = [&](const char* name, auto kernel) {
        if (entry == name) {
            found = true;
            launch(kernel, arguments, groups);
        }
    };
    offer("calculate_z", calculate_z);
    offer("blocks", blocks);
    offer("replaced", replaced);
    offer("expression", expression);
    offer("elements", elements);
    offer("rows", rows);
    offer("particles", particles);
    offer("chunks", chunks);
    offer("leaps", leaps);
    if (!found) {
        host::fail("there is no such kernel");
    }
    for (const auto& argument : arguments) {
        const std::uint64_t bytes = argument.size();
        if (std::fwrite(&bytes, sizeof bytes, 1, stdout) != 1 || std::fwrite(argument.data(), 1, bytes, stdout) != bytes) {
            host::fail("nobody reads");
        }
    }
    return std::fflush(stdout);
}
