//! Every step of the ranks against every known answer.

use std::process::ExitCode;

fn main() -> ExitCode {
    cluster::ranks::work_if_rank();
    runner::test_steps(cluster::ranks::ladders(), &[])
}
