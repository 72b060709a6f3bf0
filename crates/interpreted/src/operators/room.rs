//! Whether there is memory for a result, asked before anything is allocated.

use validation::memory;

use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;

/// What is less is not asked for: the question takes longer than the allocation.
const UNASKED: u128 = 64 << 20;

/// A `MemoryError`, which has no text.
#[cold]
pub(super) fn exhausted(heap: &mut Heap) -> Raised {
    heap.raise_with(ExceptionKind::MemoryError, Vec::new())
}

/// Asks whether there is memory for so many bytes.
///
/// # Errors
/// A `MemoryError` when there is not.
pub fn require(heap: &mut Heap, bytes: u128) -> Outcome<()> {
    if bytes <= UNASKED {
        return Ok(());
    }
    match u64::try_from(bytes) {
        Ok(bytes) if memory::require(bytes).is_ok() => Ok(()),
        _ => Err(exhausted(heap)),
    }
}

/// Raises a `MemoryError` when there is no memory for an integer of so many bits and for what its computation needs beside it.
pub(super) fn require_bits(heap: &mut Heap, bits: u128) -> Outcome<()> {
    require(heap, bits / 8 * 3)
}
