//! What a chapter is told with: timing, limits, verdicts, tables, plots, pictures, and the command line of chapters.
//!
//! A chapter is a list of ladders and a title; [`Chapter`] does the rest:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use runner::Chapter;
//! use validation::Ladder;
//!
//! fn ladders() -> Vec<Box<dyn Ladder>> {
//!     Vec::new() // a technique crate's
//! }
//!
//! fn main() -> ExitCode {
//!     Chapter::new(1, "Scalar kernels", ladders()).run()
//! }
//! ```

mod chapter;
mod chapters;
mod cli;
mod drivers;
pub mod files;
mod ladder_step;
mod lesson;
pub mod limits;
pub mod machine;
mod measure;
mod names;
pub mod output;
mod part;
pub mod picture;
mod pictures;
pub mod plot;
mod progress;
mod ratio;
mod record;
#[cfg(test)]
mod refused_threads;
mod rules;
mod screen;
mod setting;
mod steps;
mod sweep;
mod table;
mod testing;
pub mod units;

pub use chapter::Chapter;
pub use chapters::{CHAPTERS, ChapterInfo, Sizes};
pub use cli::{Selection, SizeArgs, TimingArgs, one_line, parse, size, threads};
pub use drivers::leave_out_the_screen;
pub use ladder_step::{LadderStep, ladder_of};
pub use lesson::{compared, lessons};
pub use measure::{Budget, Timing, best, time, time_calls, time_in_turn};
pub use names::{LIST, means, means_module, nearest};
pub use part::{Part, Stop};
pub use progress::Progress;
pub use ratio::{Ratio, Verdict, break_even, proven_speedup};
pub use record::{Status, StepRecord, add_speedups, race, run_step};
pub use rules::contradictions;
pub use screen::{Failure, Screen, excerpt, printable, printable_panics, remark};
pub use setting::Setting;
pub use steps::{heading, run_steps, show_records};
pub use sweep::{SweepPoint, sweep};
pub use table::{devices, ladder_table, meanings, notes, numbers_cell, plain_table};
pub use testing::{Exceptions, LeftOut, test_steps, test_steps_but};
