//! What holds for ranks, whatever happens to them. A main function of its own, as ranks run this program too.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod ranks_on_linux;

fn main() -> ExitCode {
    cluster::ranks::work_if_rank();
    #[cfg(target_os = "linux")]
    return ranks_on_linux::main();
    #[cfg(not(target_os = "linux"))]
    {
        let why = cluster::ranks::Ranks::options().start().expect_err("there are no ranks here").to_string();
        assert!(why.contains("Linux"), "{why}");
        ExitCode::SUCCESS
    }
}
