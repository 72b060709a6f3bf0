//! Divisions by zero.

use crate::error::{ExceptionKind, Raised};
use crate::heap::Heap;

/// A `ZeroDivisionError`.
#[cold]
pub(super) fn by_zero(heap: &mut Heap, text: &str) -> Raised {
    heap.raise(ExceptionKind::ZeroDivisionError, text)
}
