//! Every step against every known answer.

use std::process::ExitCode;

fn main() -> ExitCode {
    cluster::init();
    runner::test_steps(cluster::ladders(), &[])
}
