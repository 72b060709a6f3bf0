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
//! Left alone, and so without hits: closures, nested functions, `async` blocks, and what stands in the arguments of a macro.
//!
//! The counters are locals of the function, which the compiler keeps in registers, or removes: in a loop without a way out it
//! computes the counts from the number of times round, and the loop is vectorised as before. They are added to the function's table
//! when it is left, be it by `return`, `?` or a panic. So a function that is still running has no hits yet, nor has one that is
//! never left because the process exits. All threads add to the same table.
//!
//! # Time
//! By itself `#[line_profile]` measures no time, because a look at the clock takes longer than most statements, and keeps the
//! optimiser from doing its work. The times are sampled while the program runs undisturbed, and put into the table with
//! [`Lines::with_times`]. `#[line_profile(exact)]` does look at the clock at each statement; it is for statements that take a
//! microsecond or more. What comes out no longer than the look itself is printed as `< resolution`. The time of a line includes
//! what it calls; when a function calls itself, the time of the inner calls is in the calling lines too.

#[doc(hidden)]
pub mod expansion;
mod table;
mod times;

pub(crate) use table::write_rows;
pub use table::{Function, Line, Lines, Time};
pub use times::{LineTimes, SecondsByLine};

use expansion::LineTotal;

/// What has been counted since the last [`take`] or [`reset`], which begins anew.
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
