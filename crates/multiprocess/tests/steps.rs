//! Every step against every known answer.

use std::process::ExitCode;

fn main() -> ExitCode {
    multiprocess::init();
    runner::test_steps(multiprocess::ladders(), &[])
}
