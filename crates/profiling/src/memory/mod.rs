//! The memory profiler: what a program asks of the heap, exactly, and what the system gives it.
//!
//! Two numbers are kept apart. *Heap in use* is what the program has asked for and not given back, counted by the
//! [`CountingAllocator`] to the byte. *RSS* is what the system counts as resident: pages, of code and stacks and allocator's reserves
//! too, and only those that have been touched. A new `Vec` of zeros grows the first at once, and the second only as it is written.
//!
//! ```
//! use profiling::memory::{self, CountingAllocator};
//!
//! #[global_allocator]
//! static ALLOCATOR: CountingAllocator = CountingAllocator::system();
//!
//! let (columns, usage) = memory::measure(|| vec![0.0_f64; 1000]);
//! assert!(usage.increment >= 8000 && usage.allocations >= 1);
//! # drop(columns);
//! ```
//!
//! - [`#[memory_profile]`](crate::memory_profile) on a function says for each line what it added to the heap, how high the heap stood meanwhile, how
//!   many allocations it made, and the RSS after it: the table of Python's `memory_profiler`, returned by [`take`];
//! - [`measure`] does it for a closure;
//! - [`give_back`] empties the allocator's reserve, so that what comes next is seen in the RSS;
//! - [`record`] looks at heap and RSS while a closure runs, and draws them over time, as `mprof plot` does.
//!
//! All numbers are of the whole process: what other threads allocate meanwhile is in them.

mod allocator;
#[doc(hidden)]
pub mod expansion;
mod record;
mod resident;
mod table;
mod trim;

pub use allocator::{CountingAllocator, Heap, Usage, heap, measure};
pub use record::{Recording, Sample, record};
pub use resident::resident;
pub use table::{MemoryFunction, MemoryLine, MemoryLines};
pub use trim::give_back;

use expansion::MemoryTotal;

/// What has been seen since the last [`take`] or [`reset`], and starts from nothing again.
///
/// The functions that have run at least once since the program began, sorted by file and line.
pub fn take() -> MemoryLines {
    MemoryLines::collect(MemoryTotal::take)
}

/// What has been seen since the last [`take`] or [`reset`], which goes on.
pub fn snapshot() -> MemoryLines {
    MemoryLines::collect(MemoryTotal::get)
}

/// Forgets what has been seen.
pub fn reset() {
    take();
}
