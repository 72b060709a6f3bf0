//! The clocks of processor time.
#![expect(unsafe_code, reason = "the clocks are reached through the C library")]

use std::mem::MaybeUninit;
use std::time::Duration;

/// The processor time that the process has consumed.
pub(super) fn process_time() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The processor time that the calling thread has consumed.
pub(super) fn thread_time() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// The time on a clock.
pub(super) fn clock(clock: libc::clockid_t) -> Duration {
    let mut time = timespec(Duration::ZERO);
    // SAFETY: `time` lives through the call.
    unsafe { libc::clock_gettime(clock, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A length of time as the C library has it.
pub(super) fn timespec(time: Duration) -> libc::timespec {
    // SAFETY: `timespec` is plain data.
    let mut spec = unsafe { MaybeUninit::<libc::timespec>::zeroed().assume_init() };
    spec.tv_sec = time.as_secs() as _;
    spec.tv_nsec = time.subsec_nanos() as _;
    spec
}
