//! Whole programs: how long, how much, how many.

mod counters;
mod time;
mod timeit;

pub use counters::{Count, Counters, counters};
pub use time::{Usage, time, usage};
pub use timeit::{Timed, Timeit, timeit};
