//! Every step against every known answer.

use std::process::ExitCode;

fn main() -> ExitCode {
    runner::test_steps(vectorised::ladders(), EXCEPTIONS)
}

/// Steps that change more lines of their neighbours than a step may.
const EXCEPTIONS: runner::Exceptions = &[
    ("vectorised::simd::mandelbrot::masked", SHARED),
    ("vectorised::simd::mandelbrot::dispatched", "the kernel of `masked`, which threads share, goes as one function"),
    ("vectorised::simd::mandelbrot::rounds", "a list in rounds in place of a grid in blocks, which is one idea"),
    ("vectorised::simd::mandelbrot::free_running", "a second loop beside the tested one, which stays as it is"),
    ("vectorised::simd::pi::named", "what the compiler chose is written out, instruction by instruction"),
];

/// Why the best steps change some lines more.
const SHARED: &str = "its kernel is a function of its own, which threads and processes call too";
