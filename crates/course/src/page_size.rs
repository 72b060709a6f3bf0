//! Pages of one size for everybody in a comparison: otherwise the first touch of memory compares page sizes, and not programs.
//!
//! NumPy asks for huge pages for its large arrays by itself (`madvise(2)`), so that whoever computes on its arrays has them where the
//! system gives them on request. A `Vec` of Rust's and a `vector` of C++'s have none there.

/// Takes huge pages from this program, and from all that it starts from now on. Returns a sentence that says so, or why not.
#[cfg(target_os = "linux")]
pub(crate) fn level() -> String {
    match rustix::thread::disable_transparent_huge_pages(true) {
        Ok(()) => "Pages of one size: nobody has huge pages, whether asked for or not.".to_owned(),
        Err(error) => format!("Pages of different sizes may be compared: huge pages cannot be switched off ({error})."),
    }
}

/// Says that nothing was done about pages.
#[cfg(not(target_os = "linux"))]
pub(crate) fn level() -> String {
    let here = std::env::consts::OS;
    format!("Pages are as the system gives them: huge pages are switched off on Linux only, this is {here}.")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use validation::StepError;
    use vectorised::pages::{Faults, Memory, Pages, store};

    use super::*;

    #[test]
    fn nobody_has_huge_pages_neither_we_nor_what_we_start() {
        assert!(level().contains("nobody has huge pages"));
        // What is started says so of itself, as its own child does.
        let status = Command::new("sh").args(["-c", "cat /proc/self/status"]).output().unwrap();
        let status = String::from_utf8(status.stdout).unwrap();
        let enabled = status.lines().find_map(|line| line.strip_prefix("THP_enabled:")).map(str::trim);
        assert_eq!(enabled, Some("0"));
        // Memory that asks for them gets a fault for each ordinary page.
        let bytes = 8 << 20;
        let mut memory = match Memory::new(bytes, Pages::Huge) {
            Err(StepError::Unavailable(why)) if why.contains("no huge pages") => return,
            memory => memory.unwrap(),
        };
        let ((), faults) = Faults::during(|| store(memory.bytes_mut(), 1)).unwrap();
        let held = memory.held().unwrap();
        assert_eq!(held.huge, 0);
        assert!(faults >= bytes as u64 / held.page, "{faults} faults");
    }
}
