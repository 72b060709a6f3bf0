//! Whether this process is a child.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process is a child.
static CHILD: AtomicBool = AtomicBool::new(false);

/// Whether this process is a child.
pub(crate) fn is_child() -> bool {
    CHILD.load(Ordering::Relaxed)
}

/// From now on it is one.
pub(super) fn is_now_a_child() {
    CHILD.store(true, Ordering::Relaxed);
}
