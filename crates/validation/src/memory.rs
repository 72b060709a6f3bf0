//! How much memory there is, and whether an input fits into it.

use std::{fs, process};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::InputError;
pub use crate::amount::human;

/// Bytes that can be had without swapping: the smallest of what the system has available, what the control group still allows, and
/// what the process may still map (`ulimit -v`) and fill with data (`ulimit -d`). What the system does not say is no limit.
pub fn available() -> u64 {
    let read = |file: &str| fs::read_to_string(format!("/proc/self/{file}")).unwrap_or_default();
    let of_process = left_by_limits(&read("limits"), &read("status"));
    least(left_by_the_system().into_iter().chain(of_process))
}

/// What the system has available, and what the control groups of the system and of this process still allow.
fn left_by_the_system() -> Vec<u64> {
    let Ok(mut system) = System::new() else {
        return Vec::new();
    };
    system.refresh_memory();
    let pid = Pid::from_u32(process::id());
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, ProcessRefreshKind::nothing());
    let groups = [system.cgroup_limits(), system.process(pid).and_then(|process| process.cgroup_limits())];
    let told = told(system.total_memory(), system.available_memory());
    told.into_iter().chain(groups.into_iter().flatten().map(|limits| limits.free_memory)).collect()
}

/// What is available, if the system says anything: one without any memory is one that does not say, as where there is no `/proc`.
fn told(total: u64, available: u64) -> Option<u64> {
    (total > 0).then_some(available)
}

/// What the limits of a process leave of its address space (RLIMIT_AS) and of its data (RLIMIT_DATA), from the texts that Linux keeps in
/// `/proc/self/limits` and `/proc/self/status`. What is unlimited, or not in the texts, is left out.
fn left_by_limits(limits: &str, status: &str) -> Vec<u64> {
    let number = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let left = |(limit, used)| {
        // Limits are in bytes, what is used is in KiB.
        let used = number(status, used).unwrap_or(0).saturating_mul(1024);
        Some(number(limits, limit)?.saturating_sub(used))
    };
    [("Max address space", "VmSize:"), ("Max data size", "VmData:")].into_iter().filter_map(left).collect()
}

/// The smallest of these limits; without any there is none.
fn least(limits: impl IntoIterator<Item = u64>) -> u64 {
    limits.into_iter().min().unwrap_or(u64::MAX)
}

/// Bytes that a problem may use: 80 % of what is [`available`].
pub fn allowed() -> u64 {
    available() / 10 * 8
}

/// Checks that `needed` bytes are there, before anything is allocated.
///
/// # Errors
/// [`InputError::Memory`] when they are not.
pub fn require(needed: u64) -> Result<(), InputError> {
    require_within(needed, allowed())
}

/// Checks `needed` bytes against a budget.
///
/// # Errors
/// [`InputError::Memory`] when the budget is smaller.
pub fn require_within(needed: u64, allowed: u64) -> Result<(), InputError> {
    if needed <= allowed { Ok(()) } else { Err(InputError::Memory { needed, allowed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: &str = "\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max data size             2097152              unlimited            bytes     
Max resident set          unlimited            unlimited            bytes     
Max address space         4194304              unlimited            bytes     
";

    const STATUS: &str = "Name:\tchapter8\nVmPeak:\t    9999 kB\nVmSize:\t    1024 kB\nVmData:\t     512 kB\n";

    #[test]
    fn the_limits_of_a_process_leave_what_it_has_not_used() {
        assert_eq!(left_by_limits(LIMITS, STATUS), [3 << 20, (2 << 20) - (512 << 10)]);
        let unlimited = LIMITS.replace("4194304", "unlimited").replace("2097152", "unlimited");
        assert!(left_by_limits(&unlimited, STATUS).is_empty());
        let used_up = STATUS.replace("1024 kB", "999999 kB");
        assert_eq!(left_by_limits(LIMITS, &used_up), [0, (2 << 20) - (512 << 10)]);
    }

    #[test]
    fn a_system_that_says_nothing_has_no_limit() {
        assert!(left_by_limits("", "").is_empty());
        assert!(left_by_limits("Max address space", "VmSize:").is_empty());
        assert_eq!(left_by_limits(LIMITS, ""), [4 << 20, 2 << 20]);
        assert_eq!(told(0, 0), None);
        assert_eq!(least(told(0, 0).into_iter().chain(left_by_limits("", ""))), u64::MAX);
    }

    #[test]
    fn the_smallest_limit_counts() {
        assert_eq!(least([7, 3, 5]), 3);
        assert_eq!(told(8, 0), Some(0), "a machine whose memory is all used has none left");
    }

    /// A limit holds for a whole process, so the test runs itself once more.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_lowered_limit_is_less_than_what_was_available() {
        const AGAIN: &str = "VALIDATION_WITH_LITTLE_MEMORY";
        if std::env::var_os(AGAIN).is_some() {
            let gib = 1 << 30;
            assert!((1..gib).contains(&available()), "{}", human(available()));
            assert!(
                matches!(require(gib), Err(InputError::Memory { needed, allowed }) if needed == gib && allowed < gib)
            );
            return;
        }
        let name = "memory::tests::a_lowered_limit_is_less_than_what_was_available";
        for limit in ["ulimit -v 1048576", "ulimit -d 1048576"] {
            let child = process::Command::new("sh")
                .args(["-c", &format!("{limit} && exec \"$0\" --exact {name}")])
                .arg(std::env::current_exe().unwrap())
                .env(AGAIN, "1")
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
            assert!(child.status.success() && told.contains("1 passed"), "{limit}: {told}");
        }
    }
}
