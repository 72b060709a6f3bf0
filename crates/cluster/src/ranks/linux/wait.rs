//! Waits that have an end.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Waits until one of these files is ready or the time is over: says of each of them whether it is ready.
pub(super) fn wait_for(files: &[(BorrowedFd<'_>, PollFlags)], until: Instant) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> = files.iter().map(|&(file, flags)| PollFd::from_borrowed_fd(file, flags)).collect();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs().min(1 << 30) as i64, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut polled, Some(&left)) {
            Ok(_) => return Ok(polled.iter().map(|file| !file.revents().is_empty()).collect()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
