//! The `course` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    course::main()
}
