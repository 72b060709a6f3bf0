//! What mends an error of the system.

use std::io;

/// What mends that the system refuses a thread, a process, a file or memory.
pub(crate) fn mends(error: &io::Error) -> Option<&'static str> {
    Some(match error.raw_os_error()? {
        libc::EAGAIN => {
            "raise `ulimit -u` (processes and threads), or `ulimit -v` (memory) if it is set, or ask for fewer workers"
        }
        libc::ENOMEM => "raise `ulimit -v` (memory) if it is set, or ask for less",
        libc::EMFILE | libc::ENFILE | libc::ETOOMANYREFS => "raise `ulimit -n` (open files)",
        _ => return None,
    })
}

/// An error, and what mends it.
pub(crate) fn explained(error: &io::Error) -> String {
    mends(error).map_or_else(|| error.to_string(), |mend| format!("{error}: {mend}"))
}
