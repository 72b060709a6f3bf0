//! What `#[memory_profile]` expands to. Not for other use: it changes with it.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::allocator::{Look, Watch};
use super::resident;
use crate::lines::expansion::{Mark, Site, Table, Total};

/// What is known of one statement.
#[derive(Debug)]
pub struct MemoryTotal {
    pub(super) hits: AtomicU64,
    pub(super) in_use: AtomicUsize,
    pub(super) increment: AtomicI64,
    pub(super) peak: AtomicUsize,
    pub(super) allocations: AtomicU64,
    pub(super) allocated: AtomicUsize,
    pub(super) resident: AtomicUsize,
}

impl Total for MemoryTotal {
    const NONE: Self = Self {
        hits: AtomicU64::new(0),
        in_use: AtomicUsize::new(0),
        increment: AtomicI64::new(0),
        peak: AtomicUsize::new(0),
        allocations: AtomicU64::new(0),
        allocated: AtomicUsize::new(0),
        resident: AtomicUsize::new(0),
    };

    fn sites() -> &'static Mutex<Vec<&'static dyn Table<Self>>> {
        static SITES: Mutex<Vec<&'static dyn Table<MemoryTotal>>> = Mutex::new(Vec::new());
        &SITES
    }
}

/// The frame that looks at the heap at each statement: what happened up to the next one is the statement's doing.
#[derive(Debug)]
pub struct Allocations<const N: usize> {
    totals: &'static [MemoryTotal; N],
    /// The statement that runs, and the heap when it began.
    current: Cell<Option<(usize, Look)>>,
    watch: Watch,
}

impl<const N: usize> Allocations<N> {
    /// The function begins.
    pub fn enter(site: &'static Site<MemoryTotal, N>) -> Self {
        // What these need of the heap is asked for before the first look.
        let totals = site.totals();
        resident();
        Self { totals, current: Cell::new(None), watch: Watch::new() }
    }

    fn stop(&self) {
        let look = self.watch.look();
        let Some((index, before)) = self.current.take() else { return };
        let (total, usage) = (&self.totals[index], look.since(&before));
        total.hits.fetch_add(1, Relaxed);
        total.in_use.fetch_max(look.in_use, Relaxed);
        total.increment.fetch_add(usage.increment as i64, Relaxed);
        total.peak.fetch_max(look.highest, Relaxed);
        total.allocations.fetch_add(usage.allocations, Relaxed);
        total.allocated.fetch_add(usage.allocated, Relaxed);
        total.resident.fetch_max(resident().unwrap_or(0), Relaxed);
    }
}

impl<const N: usize> Mark for Allocations<N> {
    fn hit(&self, index: usize) {
        self.stop();
        // A second look, because the one at the resident memory needs the heap on some systems.
        self.current.set(Some((index, self.watch.look())));
    }
}

impl<const N: usize> Drop for Allocations<N> {
    fn drop(&mut self) {
        self.stop();
    }
}
