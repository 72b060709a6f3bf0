//! What holds for processes, whatever happens to them. A main function of its own, as its children run this program too.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod linux;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    return linux::main();
    #[cfg(not(target_os = "linux"))]
    {
        multiprocess::init();
        let why = multiprocess::Pool::new().expect_err("there are no pools here").to_string();
        assert!(why.contains("Linux"), "{why}");
        ExitCode::SUCCESS
    }
}
