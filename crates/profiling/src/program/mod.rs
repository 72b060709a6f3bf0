//! Whole programs: how long, how much, how many.

mod counters;
mod time;
mod timeit;

#[cfg(target_os = "linux")]
pub(crate) use counters::forbidden;
pub use counters::{Count, Counters, counters};
pub use time::{Usage, processor_time, time, usage};
pub use timeit::{Timed, Timeit, timeit};
