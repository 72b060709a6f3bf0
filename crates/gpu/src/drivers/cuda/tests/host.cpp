// Runs kernels of CUDA C++ on the processor, so that what they do with their indices, lanes and queues is tested where there is no
// card. Compiled with the folder of `kernels.inc` among the includes, which a test writes: each text in a namespace, with its constants
// and the size of its workgroups, and an `Offer` of each kernel.
//
// It reads from the standard input until that ends: workgroups, how many arguments, a kernel's name, and the arguments. Numbers have
// eight bytes; a name and an argument are the number of their bytes, and the bytes. It writes all arguments as they are at the end.
//
// Each workgroup is a thread, and each invocation a coroutine of it: it runs until it comes to an operation of its warp or group, and
// goes on when all the others have come to the same one. A warp whose lanes come to different ones, or of which some have ended, is an
// error, as it would be on a card. In a kernel without such operations all invocations run one after the other.

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace host {

constexpr unsigned LANES = 32;
constexpr std::size_t STACK = 64 * 1024;

enum class Operation { none, ballot, shuffle, synchronize, barrier };

/// What a warp does next: run, wait for the other warps of its group, or nothing any more.
enum class State { runs, waits, ended };

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
std::function<void()> enter;
/// The invocations of each workgroup.
std::vector<std::vector<Invocation>> kept;

[[noreturn]] inline void fail(const char* what) {
    std::fprintf(stderr, "host: %s\n", what);
    std::_Exit(1);
}

/// Comes to an operation of the warp, and returns what it gives this lane.
inline unsigned meet(Operation operation, unsigned mask, unsigned value, unsigned source) {
    if (current == nullptr) {
        fail("an operation of a warp in a kernel that was said to have none");
    }
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

/// Lets a warp's lanes run to their next operation, and gives each what comes of it.
inline State advance(Invocation* lanes, unsigned first) {
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
        return State::ended;
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
    return lanes[0].operation == Operation::barrier ? State::waits : State::runs;
}

inline void start() {
    enter();
    current->ended = true;
}

/// Runs a workgroup. Its invocations are kept for the next kernel, as stacks are dear.
inline void run_group(std::vector<Invocation>& invocations, unsigned group, unsigned size) {
    block_index.x = group;
    invocations.resize(std::max<std::size_t>(invocations.size(), size));
    for (unsigned thread = 0; thread < size; ++thread) {
        auto& invocation = invocations[thread];
        invocation.ended = false;
        invocation.operation = Operation::none;
        getcontext(&invocation.context);
        invocation.context.uc_stack.ss_sp = invocation.stack.get();
        invocation.context.uc_stack.ss_size = STACK;
        invocation.context.uc_link = &scheduler;
        makecontext(&invocation.context, start, 0);
    }
    std::vector<State> warps(size / LANES, State::runs);
    for (std::size_t ended = 0; ended < warps.size();) {
        std::size_t waiting = ended = 0;
        for (std::size_t warp = 0; warp < warps.size(); ++warp) {
            if (warps[warp] == State::runs) {
                const auto first = static_cast<unsigned>(warp * LANES);
                warps[warp] = advance(&invocations[first], first);
            }
            ended += warps[warp] == State::ended;
            waiting += warps[warp] == State::waits;
        }
        if (waiting != 0 && waiting + ended == warps.size()) {
            if (ended != 0) {
                fail("a barrier to which not all warps of a group come");
            }
            std::fill(warps.begin(), warps.end(), State::runs);
        }
    }
}

/// The same for a kernel whose invocations do not meet.
inline void run_apart(unsigned group, unsigned size) {
    block_index.x = group;
    for (thread_index.x = 0; thread_index.x < size; ++thread_index.x) {
        enter();
    }
}

using Arguments = std::vector<std::vector<char>>;

/// A parameter: the address of an array, or a number.
template <typename Parameter>
Parameter as(std::vector<char>& argument) {
    if constexpr (std::is_pointer_v<Parameter>) {
        return reinterpret_cast<Parameter>(argument.data());
    } else {
        Parameter number{};
        if (argument.size() != sizeof number) {
            fail("a number of the wrong type");
        }
        std::memcpy(&number, argument.data(), sizeof number);
        return number;
    }
}

template <typename... Parameters>
void launch(void (*kernel)(Parameters...), unsigned size, bool meet, Arguments& arguments, unsigned groups) {
    if (arguments.size() != sizeof...(Parameters)) {
        fail("the wrong number of arguments");
    }
    if (size % LANES != 0) {
        fail("a workgroup of broken warps");
    }
    grid.x = groups;
    enter = [&] {
        auto call = [&]<std::size_t... I>(std::index_sequence<I...>) { kernel(as<Parameters>(arguments[I])...); };
        call(std::index_sequence_for<Parameters...>{});
    };
    kept.resize(std::max<std::size_t>(kept.size(), groups));
    std::vector<std::thread> threads;
    for (unsigned group = 0; group < groups; ++group) {
        if (meet) {
            threads.emplace_back(run_group, std::ref(kept[group]), group, size);
        } else {
            run_apart(group, size);
        }
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

/// All kernels by their names.
inline std::map<std::string, std::function<void(Arguments&, unsigned)>>& kernels() {
    static std::map<std::string, std::function<void(Arguments&, unsigned)>> all;
    return all;
}

struct Offer {
    template <typename... Parameters>
    Offer(const char* name, void (*kernel)(Parameters...), unsigned size, bool meet) {
        kernels()[name] = [=](Arguments& arguments, unsigned groups) { launch(kernel, size, meet, arguments, groups); };
    }
};

/// Reads a number; false at the end.
inline bool read(std::uint64_t& number) { return std::fread(&number, sizeof number, 1, stdin) == 1; }

/// Reads a number of bytes, and the bytes.
template <typename Bytes>
void read(Bytes& bytes) {
    std::uint64_t length = 0;
    const bool there = read(length);
    bytes.resize(length);
    if (!there || std::fread(bytes.data(), 1, length, stdin) != length) {
        fail("the arguments end too early");
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

inline unsigned __ballot_sync(unsigned mask, bool value) { return host::meet(host::Operation::ballot, mask, value, 0); }
inline unsigned __shfl_sync(unsigned mask, unsigned value, unsigned source) {
    return host::meet(host::Operation::shuffle, mask, value, source);
}
inline void __syncthreads() { host::meet(host::Operation::barrier, 0xffffffffu, 0, 0); }
inline void __syncwarp() { host::meet(host::Operation::synchronize, 0xffffffffu, 0, 0); }
inline unsigned __popc(unsigned value) { return static_cast<unsigned>(__builtin_popcount(value)); }
inline unsigned atomicAdd(unsigned* address, unsigned value) { return __atomic_fetch_add(address, value, __ATOMIC_SEQ_CST); }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
using std::fma;
using std::sqrt;

struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) double2 {
    double x, y;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline double2 make_double2(double x, double y) { return {x, y}; }

#include "kernels.inc"

int main() {
    std::uint64_t groups = 0, count = 0;
    while (host::read(groups) && host::read(count)) {
        std::string name;
        host::read(name);
        host::Arguments arguments(count);
        for (auto& argument : arguments) {
            host::read(argument);
        }
        const auto kernel = host::kernels().find(name);
        if (kernel == host::kernels().end()) {
            host::fail("there is no such kernel");
        }
        kernel->second(arguments, static_cast<unsigned>(groups));
        for (const auto& argument : arguments) {
            if (std::fwrite(argument.data(), 1, argument.size(), stdout) != argument.size()) {
                host::fail("nobody reads");
            }
        }
        std::fflush(stdout);
    }
}
