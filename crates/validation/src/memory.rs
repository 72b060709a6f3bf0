//! How much memory there is, and whether an input fits into it.

use std::process;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::InputError;

/// Bytes that can be had without swapping: the smaller of what the system has available and what the control group still allows.
/// On a system that does not say, there is no limit.
pub fn available() -> u64 {
    let Ok(mut system) = System::new() else {
        return u64::MAX;
    };
    system.refresh_memory();
    let pid = Pid::from_u32(process::id());
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, ProcessRefreshKind::nothing());
    let groups = [system.cgroup_limits(), system.process(pid).and_then(|process| process.cgroup_limits())];
    groups.into_iter().flatten().map(|limits| limits.free_memory).fold(system.available_memory(), u64::min)
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

/// A number of bytes as a person reads it, in powers of 1024.
///
/// ```
/// assert_eq!(validation::memory::human(512), "512 B");
/// assert_eq!(validation::memory::human(32_000_000), "30.5 MiB");
/// ```
pub fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}
