//! Panics that have to wait until every thread has ended.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// The first panic of several pieces of work; those that come later are forgotten.
#[derive(Debug)]
pub(crate) struct Caught(Mutex<Option<Payload>>);

impl Caught {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Does the work. This never unwinds: the panic is kept, if it is the first.
    pub(crate) fn catch(&self, work: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(work)) {
            // Not dropped under the lock: who knows what a destructor does.
            if let Some(later) = self.keep(payload) {
                discard(later);
            }
        }
    }

    /// Gives the payload back when there is one already.
    fn keep(&self, payload: Payload) -> Option<Payload> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_some() {
            return Some(payload);
        }
        *kept = Some(payload);
        None
    }

    /// Goes on with the panic that was kept.
    pub(crate) fn resume(&self) {
        let payload = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(payload) = payload {
            resume_unwind(payload);
        }
    }
}

/// Drops a payload. A destructor that panics must not end a thread that others count on.
fn discard(payload: Payload) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // It may do the same, without end.
        mem::forget(another);
    }
}
