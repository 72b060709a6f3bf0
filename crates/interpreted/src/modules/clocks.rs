//! What the operating system knows about time and Rust's standard library does not tell.
#![cfg_attr(unix, expect(unsafe_code, reason = "the C library is asked"))]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How many seconds local time is ahead of Greenwich at a point in time, in seconds since 1970; 0 where nobody knows.
#[cfg(unix)]
pub(crate) fn local_offset(seconds: i64) -> i64 {
    let time = seconds as libc::time_t;
    let mut parts = std::mem::MaybeUninit::<libc::tm>::uninit();
    // SAFETY: both pointers are valid for the call, which writes all of `parts` unless it gives a null pointer.
    let parts = unsafe {
        if libc::localtime_r(&time, parts.as_mut_ptr()).is_null() {
            return 0;
        }
        parts.assume_init()
    };
    #[expect(clippy::useless_conversion, reason = "the type is another one on some systems")]
    i64::from(parts.tm_gmtoff)
}

/// How many seconds local time is ahead of Greenwich: not known here.
#[cfg(not(unix))]
pub(crate) fn local_offset(_seconds: i64) -> i64 {
    0
}

/// How long the processors have worked for this process.
#[cfg(unix)]
pub(crate) fn process_time() -> Duration {
    let mut time = std::mem::MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the pointer is valid for the call, which writes all of `time` when it gives 0.
    let time = unsafe {
        if libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr()) != 0 {
            return Duration::ZERO;
        }
        time.assume_init()
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// How long this process has run.
#[cfg(not(unix))]
pub(crate) fn process_time() -> Duration {
    since_start()
}

/// How long ago the clock was looked at for the first time.
pub(crate) fn since_start() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
