//! The hand-over at the end of a parallel step: the caller waits until every job is done, and then sees all that the jobs wrote.

use super::sync::{AtomicUsize, Ordering, Thread, current, park};

// ANCHOR: latch
/// Counts jobs that are not done yet, and wakes the thread that made it when there are none.
///
/// Shared in an `Arc`, not borrowed: the last job to arrive still uses the latch when the caller wakes up and returns.
#[derive(Debug)]
pub struct Latch {
    open: AtomicUsize,
    caller: Thread,
}

impl Latch {
    /// A latch for the thread that calls this, with nothing to wait for yet.
    pub fn new() -> Self {
        Self { open: AtomicUsize::new(0), caller: current() }
    }

    /// One more job to wait for. To be called before the job is handed out.
    pub fn expect(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    /// A job is done. What its thread wrote before is published by this.
    pub fn arrive(&self) {
        self.arrive_by(Ordering::Release);
    }

    /// The same with another ordering, for the model that shows what `Release` is for.
    #[doc(hidden)]
    pub fn arrive_by(&self, ordering: Ordering) {
        if self.open.fetch_sub(1, ordering) == 1 {
            self.caller.unpark();
        }
    }

    /// Sleeps until every expected job has arrived. Only the thread that made the latch may wait: it is the one that is woken.
    pub fn wait(&self) {
        while self.open.load(Ordering::Acquire) != 0 {
            park();
        }
    }
}
// ANCHOR_END: latch

impl Default for Latch {
    fn default() -> Self {
        Self::new()
    }
}
