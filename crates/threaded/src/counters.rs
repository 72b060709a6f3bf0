//! One number that several threads add to: the shared counter of the book, wrong and right, slow and fast.

use crossbeam::utils::CachePadded;

use super::sync::{AtomicU64, Mutex, Ordering};

/// A number that threads add 1 to.
pub trait Counter: Sync {
    /// Adds 1. `thread` says who does, from 0.
    fn add(&self, thread: usize);

    /// What has been added, once nobody adds any more.
    fn total(&self) -> u64;
}

// ANCHOR: racy
/// Reads the number, adds 1, writes it back; what another thread wrote in between is lost.
///
/// In C this is `counter++` on a plain variable: a data race, after which the program means nothing at all. Rust refuses it. With
/// relaxed atomics each load and each store is whole, so that only the sum is wrong.
#[derive(Debug)]
pub struct Racy(AtomicU64);

impl Counter for Racy {
    fn add(&self, _: usize) {
        let number = self.0.load(Ordering::Relaxed);
        self.0.store(number + 1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
// ANCHOR_END: racy

// ANCHOR: locked
/// The number belongs to a lock, and nobody reaches it without: Rust's `Mutex` contains what it protects.
#[derive(Debug)]
pub struct Locked(Mutex<u64>);

impl Counter for Locked {
    fn add(&self, _: usize) {
        *self.0.lock().expect("no holder panics") += 1;
    }

    fn total(&self) -> u64 {
        *self.0.lock().expect("no holder panics")
    }
}
// ANCHOR_END: locked

// ANCHOR: atomic
/// Reading, adding and writing in one instruction, which keeps the cache line to itself for as long as it takes.
#[derive(Debug)]
pub struct Atomic(AtomicU64);

impl Counter for Atomic {
    fn add(&self, _: usize) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
// ANCHOR_END: atomic

// ANCHOR: sharded
/// A number for each thread, side by side. No number is shared, but the cache line is in which all of them lie.
#[derive(Debug)]
pub struct Sharded(Vec<AtomicU64>);

impl Counter for Sharded {
    fn add(&self, thread: usize) {
        // Only this thread writes here: nothing can come between.
        let number = self.0[thread].load(Ordering::Relaxed);
        self.0[thread].store(number + 1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|number| number.load(Ordering::Relaxed)).sum()
    }
}
// ANCHOR_END: sharded

// ANCHOR: padded
/// The same with a cache line, or two that are fetched together, for each thread.
#[derive(Debug)]
pub struct Padded(Vec<CachePadded<AtomicU64>>);

impl Counter for Padded {
    fn add(&self, thread: usize) {
        let number = self.0[thread].load(Ordering::Relaxed);
        self.0[thread].store(number + 1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|number| number.load(Ordering::Relaxed)).sum()
    }
}
// ANCHOR_END: padded

impl Racy {
    /// Counts from 0.
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl Locked {
    /// Counts from 0.
    pub fn new() -> Self {
        Self(Mutex::new(0))
    }
}

impl Atomic {
    /// Counts from 0.
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl Sharded {
    /// Counts from 0, for so many threads.
    pub fn new(threads: usize) -> Self {
        Self((0..threads).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Padded {
    /// Counts from 0, for so many threads.
    pub fn new(threads: usize) -> Self {
        Self((0..threads).map(|_| CachePadded::new(AtomicU64::new(0))).collect())
    }
}

impl Default for Racy {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Locked {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Atomic {
    fn default() -> Self {
        Self::new()
    }
}
