//! The line profiler: how often each line of a function runs, exactly, and how long.
//!
//! [`#[line_profile]`](crate::line_profile) on a function counts its lines; [`take`] returns what has been counted, and its `Display` is the table
//! that Python's `line_profiler` prints: Line, Hits, Time, Per Hit, % Time, Line Contents.
//!
//! # Hits
//! A statement is counted, on the line on which it begins, each time that it is begun. The header of a `for` is counted each time
//! that it asks for the next value, as in Python: once more than the body, unless the loop is left early. The header of a `while` is
//! counted each time that its condition is evaluated, that of a `loop` each time round, an `else if` each time that its condition is
//! evaluated, an arm of a `match` each time that it is taken. A line on which several things begin shows the most frequent of them.
//! Above other attributes that are macros it sees the function as it was written; below them, what they have made of it.
//! Left alone, and so without hits: closures, nested functions, `async` blocks, and what stands in the arguments of a macro.
//!
//! The counters are locals of the function, which the compiler keeps in registers, or removes: in a loop without a way out it
//! computes the counts from the number of times round, and the loop is vectorised as before. They are added to the function's table
//! when it is left, be it by `return`, `?` or a panic. So a function that is still running has no hits yet, nor has one that is
//! never left because the process exits. All threads add to the same table.
//!
//! # Time
//! By itself `#[line_profile]` measures no time, because a look at the clock takes longer than most statements, and keeps the
//! optimiser from doing its work. The times are sampled while the program runs undisturbed: [`profile`] runs a closure under the
//! [`Sampler`](crate::Sampler) and returns hits and times, [`Lines::with_samples`] takes samples from elsewhere, and
//! [`Lines::with_times`] times of any other kind. `#[line_profile(exact)]` does look at the clock at each statement; it is for statements that take a
//! microsecond or more. What comes out no longer than the look itself is printed as `< resolution`. The time of a line includes
//! what it calls; when a function calls itself, the time of the inner calls is in the calling lines too.

#[doc(hidden)]
pub mod expansion;
pub(crate) mod functions;
mod table;
mod times;

pub use table::{Function, Line, Lines, Time};
pub use times::{LineTimes, SecondsByLine};

use crate::{SampleError, Sampled, Samples, sample};
use expansion::LineTotal;

/// What a closure returned, how often each line ran meanwhile, and how long.
#[derive(Debug)]
pub struct Profiled<R> {
    /// What the closure returned.
    pub value: R,
    /// The functions that ran: hits exact, times sampled.
    pub lines: Lines,
    /// What the times come from; it has tables and a flame graph of its own.
    pub samples: Samples,
}

/// Runs a closure and counts the lines of the functions with `#[line_profile]`, exactly, while their times are sampled: Line, Hits, Time,
/// Per Hit, % Time, Line Contents of the optimised program.
///
/// What was counted before is forgotten. Where nothing can be sampled the closure runs all the same, and the table has hits
/// only and says why.
///
/// # Errors
/// When something is being sampled already; the closure is not run then.
///
/// ```
/// use profiling::{line_profile, lines};
///
/// #[line_profile]
/// fn roots(n: u32) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..n {
///         sum += f64::from(i).sqrt();
///     }
///     sum
/// }
///
/// let profiled = lines::profile(|| roots(1000))?;
/// println!("{}", profiled.lines);
/// # #[cfg(feature = "enabled")]
/// assert_eq!(profiled.lines.functions.len(), 1);
/// # Ok::<_, profiling::SampleError>(())
/// ```
pub fn profile<R>(run: impl FnOnce() -> R) -> Result<Profiled<R>, SampleError> {
    let Sampled { value, samples } = sample(|| {
        reset();
        run()
    })?;
    let lines = take().that_ran().with_samples(&samples);
    Ok(Profiled { value, lines, samples })
}

/// What has been counted since the last [`take`] or [`reset`], and counts from zero again.
///
/// The functions that have run at least once since the program began, sorted by file and line.
pub fn take() -> Lines {
    Lines::collect(LineTotal::take)
}

/// What has been counted since the last [`take`] or [`reset`], which goes on.
pub fn snapshot() -> Lines {
    Lines::collect(LineTotal::get)
}

/// Forgets what has been counted.
pub fn reset() {
    take();
}
