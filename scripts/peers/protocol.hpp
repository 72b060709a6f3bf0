// What the peers written in C++ share: arguments, inputs, the clock, and the conversation with whoever runs them.
// `protocol.py` is the same in Python, with the reasons.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the program was compiled with; another compiler says so before this is included.
#ifndef PEER_VERSION
#define PEER_VERSION "g++ " __VERSION__
#endif

namespace protocol {

/// The largest value of an option, and the largest number of points.
inline constexpr std::uint64_t LARGEST = 1 << 28;

/// A size that the command line may change: its name and its default.
struct Size {
    std::string_view name;
    std::uint64_t value;
};

// The arguments

/// The name of the program that runs.
inline std::string program;

[[noreturn]] inline void refuse(const std::string& message) {
    std::cerr << program + ": " + message + "\n";
    std::exit(2);
}

inline std::uint64_t positive(const std::string& name, std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > LARGEST) {
        refuse("argument " + name + ": '" + std::string(text) + "' is not a whole number from 1 to " + std::to_string(LARGEST));
    }
    return value;
}

/// Reads the arguments of a program that has one problem: fills in the sizes, returns how many runs, if they are counted.
inline std::optional<std::uint64_t> arguments(int argc, char** argv, std::string_view problem, std::vector<Size>& sizes) {
    program = std::string(argv[0]).substr(std::string(argv[0]).rfind('/') + 1);
    std::optional<std::uint64_t> repeat;
    bool named = false;
    for (int i = 1; i < argc; ++i) {
        std::string name = argv[i];
        if (name == "--help" || name == "-h") {
            std::cout << "usage: " << program << " --problem " << problem;
            for (const auto& size : sizes) {
                std::cout << " [--" << size.name << " N, " << size.value << " unless told]";
            }
            std::cout << " [--repeat N, instead of once for each line of input]\n";
            std::exit(0);
        }
        std::optional<std::string> value;
        if (const auto sign = name.find('='); sign != std::string::npos) {
            value = name.substr(sign + 1);
            name.resize(sign);
        } else if (i + 1 < argc) {
            value = argv[++i];
        }
        Size* asked = nullptr;
        for (auto& size : sizes) {
            if (name == "--" + std::string(size.name)) {
                asked = &size;
            }
        }
        if (name != "--problem" && name != "--repeat" && asked == nullptr) {
            refuse("unrecognized arguments: " + name);
        }
        if (!value) {
            refuse("argument " + name + ": expected one argument");
        }
        if (asked != nullptr) {
            asked->value = positive(name, *value);
        } else if (name == "--repeat") {
            repeat = positive(name, *value);
        } else if (*value == problem) {
            named = true;
        } else {
            refuse("argument --problem: invalid choice: '" + *value + "' (choose from '" + std::string(problem) + "')");
        }
    }
    if (!named) {
        refuse("the following arguments are required: --problem");
    }
    return repeat;
}

// The inputs

/// `count` coordinates, each the one before plus `step`: summed, not multiplied, as in the tutorial.
inline std::vector<double> axis(double start, double step, std::size_t count) {
    std::vector<double> coordinates;
    for (std::size_t i = 0; i < count; ++i) {
        coordinates.push_back(start);
        start += step;
    }
    return coordinates;
}

/// The input of `mandelbrot`: the coordinates of width x height points, and how many iterations each may take.
struct Grid {
    std::vector<double> xs;
    std::vector<double> ys;
    std::uint32_t max_iterations;

    Grid(std::size_t width, std::size_t height, std::uint32_t max_iterations)
        : xs(axis(-2.13, (0.77 - -2.13) / static_cast<double>(width), width)),
          ys(axis(1.3, (-1.3 - 1.3) / static_cast<double>(height), height)),
          max_iterations(max_iterations) {}
};

/// Numbers from 0 to 1 by Steele, Lea and Flood's SplitMix64, the upper 53 bits of each draw.
struct SplitMix64 {
    std::uint64_t state;

    double next() {
        state += 0x9E3779B97F4A7C15;
        std::uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return static_cast<double>(z >> 11) * 0x1p-53;
    }
};

/// The input of `particles`: where they are, how fast they go round, and how many steps of `timestep` they make.
struct Swarm {
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> ang_speed;
    double timestep = 1e-5;
    std::uint64_t steps;

    Swarm(std::size_t size, std::uint64_t steps) : x(size), y(size), ang_speed(size), steps(steps) {
        SplitMix64 numbers{7};
        for (std::size_t i = 0; i < size; ++i) {
            x[i] = 2.0 * numbers.next() - 1.0;
            y[i] = 2.0 * numbers.next() - 1.0;
            ang_speed[i] = 2.0 * numbers.next() - 1.0;
        }
    }
};

/// The first `count` numbers of a stream.
inline std::vector<double> uniform(std::uint64_t seed, std::size_t count) {
    SplitMix64 numbers{seed};
    std::vector<double> values(count);
    for (auto& value : values) {
        value = numbers.next();
    }
    return values;
}

/// The elements of a matrix, if there are not too many.
inline std::size_t product(std::uint64_t rows, std::uint64_t cols) {
    if (rows * cols > LARGEST) {
        refuse(std::to_string(rows * cols) + " points are too many: " + std::to_string(LARGEST) + " at most");
    }
    return rows * cols;
}

// The answers

/// The check of `mandelbrot`.
inline std::string sum_of_counts(const std::vector<std::uint32_t>& counts) {
    std::uint64_t sum = 0;
    for (const auto count : counts) {
        sum += count;
    }
    return std::to_string(sum);
}

/// The check of `expression` and `distance`, and one of the two of `particles`: the wrapping sum of the bit patterns.
inline std::string sum_of_bits(const std::vector<double>& column) {
    std::uint64_t sum = 0;
    for (const auto value : column) {
        std::uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        sum += bits;
    }
    return std::to_string(sum);
}

// The conversation

/// A peer: what it is called, and what it does for a run. `prepare` is outside the clock, `run` inside, `check` outside again.
struct Peer {
    std::string problem;
    std::string name;
    std::function<void()> prepare;
    std::function<void()> run;
    std::function<std::string()> check;
    /// For a program that computes on a device: the time of the last run's kernels by the device's clock, in milliseconds.
    std::function<double()> kernel_ms = {};
};

/// A time as the answer says it.
inline std::string decimal(double ms) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.6f", ms);
    return text.data();
}

/// Prints a line that is read at once. Whoever does not listen any more hears nothing more.
inline void say(const std::string& line) {
    if (std::puts(line.c_str()) == EOF || std::fflush(stdout) == EOF) {
        const int error = errno;
        if (error == EPIPE || error == EBADF) {
            std::_Exit(0);
        }
        std::cerr << program + ": " + std::strerror(error) + "\n";
        std::_Exit(1);
    }
}

/// One line when the peer is ready, then one for each run: `repeat` of them, or one for each line of the standard input until it
/// ends or says quit.
inline int converse(const Peer& peer, std::optional<std::uint64_t> repeat) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::string names = "{\"problem\": \"" + peer.problem + "\", \"peer\": \"" + peer.name + "\", ";
    say(names + "\"ready\": true, \"version\": \"" PEER_VERSION "\"}");
    std::string line;
    for (std::uint64_t runs = 0; repeat ? runs < *repeat : std::getline(std::cin, line) && line != "quit"; ++runs) {
        peer.prepare();
        const auto cpu_started = std::clock();
        const auto started = std::chrono::steady_clock::now();
        peer.run();
        const auto ended = std::chrono::steady_clock::now();
        const auto cpu_ended = std::clock();
        const auto ms = decimal(std::chrono::duration<double, std::milli>(ended - started).count());
        const auto cpu_ms = decimal(static_cast<double>(cpu_ended - cpu_started) * 1e3 / CLOCKS_PER_SEC);
        const auto other = peer.kernel_ms ? ", \"kernel_ms\": " + decimal(peer.kernel_ms()) : ", \"cpu_ms\": " + cpu_ms;
        say(names + "\"ms\": " + ms + other + ", \"check\": \"" + peer.check() + "\"}");
    }
    return 0;
}

}  // namespace protocol
