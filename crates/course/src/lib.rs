//! The `course` command, which knows every crate: list, run, diff, compare, machine, record, doctor.

mod catalog;
mod command;
mod compare;
pub mod diff;
mod doctor;
mod list;
mod machine;
mod machine_code;
mod peer;
mod profile;
mod profiled;
mod record;
mod run;
mod show;
pub mod source;

pub use catalog::{Found, ladders};
pub use command::main;
pub use profile::copy_with_attributes;
pub use profiled::What;
