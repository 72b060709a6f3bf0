//! What the latch and the counters are made of. The models in `tests/models.rs` compile the same sources over loom's types of the
//! same names, which try every order of events.

pub(crate) use std::sync::Mutex;
pub(crate) use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::thread::{Thread, current, park};

/// How a worker publishes what it has written. `Relaxed` would compile too; the model shows what it loses.
pub(crate) const PUBLISH: Ordering = Ordering::Release;
