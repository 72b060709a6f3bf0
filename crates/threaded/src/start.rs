//! Threads that need each other: all of them begin, or none.

use std::io;
use std::sync::OnceLock;
use std::thread::{self, Builder};

// ANCHOR: together
/// Does each piece of work on a thread of its own. None begins before all threads are there, so that they may wait for each other: a
/// barrier that counts a thread which the system refuses would never open.
///
/// # Errors
/// When the system refuses a thread; nothing is done then.
///
/// # Panics
/// When a piece of work does, after all threads have ended.
///
/// ```
/// use std::sync::Barrier;
///
/// let barrier = Barrier::new(3);
/// threaded::start::together((0..3).map(|_| || _ = barrier.wait()))?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn together<W: FnOnce() + Send>(work: impl IntoIterator<Item = W>) -> io::Result<()> {
    together_by(|_| Builder::new(), work)
}

fn together_by<W: FnOnce() + Send>(
    builder: impl Fn(usize) -> Builder,
    work: impl IntoIterator<Item = W>,
) -> io::Result<()> {
    // An iterator that panics does so before the first thread waits.
    let work: Vec<_> = work.into_iter().collect();
    let all_there = &OnceLock::new();
    thread::scope(|scope| {
        let started = (0..).zip(work).try_for_each(|(number, work)| {
            let begin = move || {
                if *all_there.wait() {
                    work();
                }
            };
            builder(number).spawn_scoped(scope, begin).map(drop)
        });
        all_there.get_or_init(|| started.is_ok());
        started
    })
}
// ANCHOR_END: together

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Builds threads that the system gives, and from this number on such as it refuses: no address space has room for their stacks.
    pub(crate) fn refused_from(first: usize) -> impl Fn(usize) -> Builder {
        move |number| if number < first { Builder::new() } else { Builder::new().stack_size(1 << 50) }
    }

    #[test]
    fn threads_that_wait_for_each_other_all_begin_or_none_does() {
        for first_refused in 0..=4 {
            let (barrier, begun) = (Barrier::new(4), AtomicUsize::new(0));
            let outcome = together_by(
                refused_from(first_refused),
                (0..4).map(|_| {
                    || {
                        begun.fetch_add(1, Ordering::Relaxed);
                        barrier.wait();
                    }
                }),
            );
            let begun = begun.into_inner();
            if first_refused < 4 {
                assert_eq!((outcome.is_err(), begun), (true, 0), "{first_refused}");
            } else {
                assert_eq!((outcome.is_ok(), begun), (true, 4));
            }
        }
        assert!(together(std::iter::empty::<fn()>()).is_ok());
    }
}
