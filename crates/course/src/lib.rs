//! The `course` command, which knows every crate: list, run, diff, compare, dis, annotate, profile, machine, record, doctor.
//!
//! Each command has a file of its own in `commands`, with its arguments. What several of them need stands beside: the steps by
//! name, their sources and machine code, texts side by side, other people's programs, and the results that the book shows.

mod catalog;
mod commands;
mod comparison;
mod contender;
mod instrumented;
mod machine_code;
mod peer;
mod profiled;
mod results;
pub mod side_by_side;
pub mod source;
pub mod workspace;

pub use catalog::{Found, ladders};
pub use commands::main;
pub use instrumented::copy_with_attributes;
pub use profiled::What;
