//! The `course` command, which knows every crate: list, run, diff, compare, scale, dis, annotate, profile, python, machine, record,
//! draw, doctor, cluster, engine.
//!
//! Each command has a file of its own in `commands`, with its arguments. What several of them need stands beside: the steps by
//! name, their machine code, other people's programs, and the results that the book shows. Their sources are read by the crate `source`.

mod browser;
mod catalog;
mod commands;
mod comparison;
mod contender;
mod diff_page;
mod ideas;
mod instrumented;
mod interrupts;
mod machine_code;
mod page_size;
mod peer;
mod profiled;
mod python_code;
mod results;
mod scale;

pub use catalog::ladders;
pub use commands::main;
pub use instrumented::copy_with_attributes;
pub use profiled::What;
