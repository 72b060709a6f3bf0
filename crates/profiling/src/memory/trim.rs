//! What the allocator keeps in reserve.
#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "the standard library does not give memory back")
)]

/// Gives the memory that the system's allocator keeps in reserve back to the system, as far as it can; whether there was any.
///
/// A program that has freed a lot can allocate as much again without growing its [resident memory](super::resident). To see what
/// something takes of it, give the reserve back first. This is `malloc_trim(3)` of the GNU C library; elsewhere nothing happens.
pub fn give_back() -> bool {
    system::give_back()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod system {
    pub(super) fn give_back() -> bool {
        // SAFETY: it may be called at any time and from any thread: it takes the allocator's own locks, and leaves what is in use.
        unsafe { libc::malloc_trim(0) == 1 }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod system {
    pub(super) fn give_back() -> bool {
        false
    }
}
