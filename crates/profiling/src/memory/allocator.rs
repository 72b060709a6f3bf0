//! An allocator that counts what goes through another one.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// An allocator that counts what goes through another one: two atomic additions for an allocation, one to give it back.
///
/// ```
/// use profiling::memory::CountingAllocator;
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator::system();
/// ```
///
/// All such allocators of a process count into the same totals.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator<A = System> {
    inner: A,
}

impl CountingAllocator {
    /// Counts what goes through the system's allocator.
    pub const fn system() -> Self {
        Self { inner: System }
    }
}

impl<A> CountingAllocator<A> {
    /// Counts what goes through this allocator.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

/// The totals of the process. What is in use is the difference of the first two.
struct Totals {
    allocated: AtomicUsize,
    freed: AtomicUsize,
    allocations: AtomicU64,
    /// The most in use since somebody last looked, by way of [`Watch`].
    highest: AtomicUsize,
    /// The most in use before that.
    peak: AtomicUsize,
}

static TOTALS: Totals = Totals {
    allocated: AtomicUsize::new(0),
    freed: AtomicUsize::new(0),
    allocations: AtomicU64::new(0),
    highest: AtomicUsize::new(0),
    peak: AtomicUsize::new(0),
};

impl Totals {
    fn grow(&self, bytes: usize) {
        self.allocations.fetch_add(1, Relaxed);
        let allocated = self.allocated.fetch_add(bytes, Relaxed).wrapping_add(bytes);
        // Another thread may have given back what this one has not seen allocated: then it was not a peak.
        let in_use = allocated.wrapping_sub(self.freed.load(Relaxed));
        if in_use > self.highest.load(Relaxed) && in_use <= isize::MAX as usize {
            self.highest.fetch_max(in_use, Relaxed);
        }
    }

    fn shrink(&self, bytes: usize) {
        self.freed.fetch_add(bytes, Relaxed);
    }

    fn in_use(&self) -> usize {
        let freed = self.freed.load(Relaxed);
        self.allocated.load(Relaxed).wrapping_sub(freed)
    }
}

// SAFETY: every call is passed on as it came, and what is counted beside it touches no memory of the heap.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`.
        let pointer = unsafe { self.inner.alloc(layout) };
        if !pointer.is_null() {
            TOTALS.grow(layout.size());
        }
        pointer
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        let pointer = unsafe { self.inner.alloc_zeroed(layout) };
        if !pointer.is_null() {
            TOTALS.grow(layout.size());
        }
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { self.inner.dealloc(pointer, layout) };
        TOTALS.shrink(layout.size());
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `realloc`.
        let new = unsafe { self.inner.realloc(pointer, layout, new_size) };
        if !new.is_null() {
            TOTALS.shrink(layout.size().saturating_sub(new_size));
            TOTALS.grow(new_size.saturating_sub(layout.size()));
        }
        new
    }
}

/// The heap of the process, in bytes as they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heap {
    /// Allocated and not given back.
    pub in_use: usize,
    /// The most that was in use at a time, since the program began.
    pub peak: usize,
    /// How many allocations there were; one that grows or shrinks in place, or moves to grow, counts again.
    pub allocations: u64,
    /// All bytes ever allocated; of an allocation that grows, the growth.
    pub allocated: usize,
}

/// The heap now; `None` when the program's global allocator is no [`CountingAllocator`].
pub fn heap() -> Option<Heap> {
    if TOTALS.allocations.load(Relaxed) == 0 {
        // Nothing yet, or nobody counts.
        drop(hint::black_box(Box::new(0_u8)));
        if TOTALS.allocations.load(Relaxed) == 0 {
            return None;
        }
    }
    Some(Heap {
        in_use: TOTALS.in_use(),
        peak: TOTALS.peak.load(Relaxed).max(TOTALS.highest.load(Relaxed)),
        allocations: TOTALS.allocations.load(Relaxed),
        allocated: TOTALS.allocated.load(Relaxed),
    })
}

/// What has happened to the heap between two looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The bytes in use after, less those before.
    pub increment: isize,
    /// The most bytes in use at a time meanwhile, less those before; zero when there were never more.
    pub peak: usize,
    /// The allocations made meanwhile.
    pub allocations: u64,
    /// The bytes allocated meanwhile.
    pub allocated: usize,
}

/// Runs a closure, and says what it did to the heap; all zero when nobody counts.
///
/// What the closure returns is still in use when the heap is looked at again.
pub fn measure<R>(run: impl FnOnce() -> R) -> (R, Usage) {
    let watch = Watch::new();
    let before = watch.look();
    let result = run();
    let after = watch.look();
    (result, after.since(&before))
}

/// A look at the heap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) in_use: usize,
    /// The most in use since the look before.
    pub(super) highest: usize,
    allocations: u64,
    allocated: usize,
}

impl Look {
    pub(super) fn since(&self, before: &Self) -> Usage {
        Usage {
            increment: self.in_use.wrapping_sub(before.in_use) as isize,
            peak: self.highest.saturating_sub(before.in_use),
            allocations: self.allocations - before.allocations,
            allocated: self.allocated - before.allocated,
        }
    }
}

/// Looks at the heap, each time for the peak since the time before. One inside another leaves the outer one's peak as it would be.
#[derive(Debug)]
pub(super) struct Watch {
    highest: AtomicUsize,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { highest: AtomicUsize::new(0) }
    }

    pub(super) fn look(&self) -> Look {
        let in_use = TOTALS.in_use();
        let highest = TOTALS.highest.swap(in_use, Relaxed).max(in_use);
        TOTALS.peak.fetch_max(highest, Relaxed);
        self.highest.fetch_max(highest, Relaxed);
        Look {
            in_use,
            highest,
            allocations: TOTALS.allocations.load(Relaxed),
            allocated: TOTALS.allocated.load(Relaxed),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        TOTALS.highest.fetch_max(*self.highest.get_mut(), Relaxed);
    }
}
