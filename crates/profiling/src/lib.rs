//! Profilers for Rust programs: which functions, lines, allocations and instructions a program spends its time on.
//!
//! | question | answer |
//! |---|---|
//! | which functions are called how often, and how long do they take? | [`profile`](macro@profile), [`functions`] |
//! | how often does each line run, and how long does it take? | [`line_profile`], [`lines`] |
//! | what does each line do to the heap? | [`memory_profile`], [`memory`] |
//! | which functions and lines take the time of a program, on all its threads, without any attribute? | [`sample`] |
//! | what did the compiler make of a function, and what does each of its lines cost? | [`asm`] |
//! | how long does this expression take? | [`timeit`](timeit()) |
//! | what did the program take of the machine? | [`time`](time()), [`usage`] |
//! | how many instructions, cycles and misses were there? | [`counters`](counters()) |
//!
//! # Functions
//! [`profile`](macro@profile) on a function counts its calls, and [`functions::profile()`] runs a program once for the counts and
//! some more times for sampled times: the table that `cProfile` would print.
//!
//! ```
//! use profiling::functions::{self, Column};
//! use profiling::profile;
//!
//! #[profile]
//! fn factorial(n: u32) -> f64 {
//!     if n == 0 { 1.0 } else { f64::from(n) * factorial(n - 1) }
//! }
//!
//! #[profile]
//! fn taylor_exp(n: u32) -> Vec<f64> {
//!     (0..n).map(|i| 1.0 / factorial(i)).collect()
//! }
//!
//! let profile = functions::profile(|| taylor_exp(10))?.profile;
//! # #[cfg(feature = "enabled")] {
//! assert_eq!((profile.calls(), profile.primitive_calls()), (56, 11));
//! # }
//! println!("{}", profile.table().sort(Column::TotTime).top(20));
//! # Ok::<_, profiling::SampleError>(())
//! ```
//!
//! # Lines
//! [`line_profile`] counts how often each line runs; [`lines::take`] gives the table that `line_profiler` would print.
//!
//! ```
//! use profiling::line_profile;
//!
//! #[line_profile]
//! fn sum(values: &[u64]) -> u64 {
//!     let mut sum = 0;
//!     for value in values {
//!         sum += value;
//!     }
//!     sum
//! }
//!
//! assert_eq!(sum(&[1, 2, 3]), 6);
//! let lines = profiling::lines::take();
//! # #[cfg(feature = "enabled")] {
//! let counted = lines.function("sum").expect("it has run");
//! let hits: Vec<u64> = counted.lines.iter().filter_map(|line| line.hits).collect();
//! assert_eq!(hits, [1, 4, 3, 1]);
//! # }
//! println!("{lines}");
//! ```
//!
//! # Overheads
//! `cargo bench -p profiling --bench overheads` measures them, each program in turn with and without. The latest record
//! (`docs/results/overheads.md`):
//!
#![doc = include_str!("../../../docs/results/overheads.md")]
//!
//! Most of what sampling costs is the interruption itself, which a virtual machine makes more expensive: there an empty handler takes as
//! long.

// The attributes name this crate by its name, here as elsewhere.
extern crate self as profiling;

pub mod asm;
mod files;
pub mod functions;
pub mod lines;
pub mod memory;
mod paths;
mod program;
mod sampler;

pub use profiling_macros::{line_profile, memory_profile, profile};
pub use program::{Count, Counters, Timed, Timeit, Usage, counters, processor_time, time, timeit, usage};
pub use sampler::{
    Attributed, FREQUENCY, Frame, FunctionRow, LineRow, SampleError, Sampled, Sampler, Samples, Stack, Thread, Timer,
    Unavailable, sample,
};

/// What the attributes expand to. Nothing here is meant to be named by hand, and all of it may change.
#[doc(hidden)]
pub mod __private {
    pub use crate::__profiling_function as function;
    #[cfg(feature = "enabled")]
    pub use crate::functions::{Site, enter};
}
