//! Every step against every known answer.

use std::process::ExitCode;

fn main() -> ExitCode {
    runner::test_steps(interpreted::ladders(), &[])
}
