//! What the attributes expand to. Not for other use: it changes with them.

use std::cell::Cell;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The frame of a function: told of every statement before it begins.
pub trait Mark {
    /// The statement with this index begins.
    fn hit(&self, index: usize);
}

/// An iterator that marks each call of `next`: the header of a `for`.
#[derive(Debug)]
pub struct Header<'f, F, I> {
    frame: &'f F,
    index: usize,
    iterator: I,
}

impl<'f, F: Mark, I: Iterator> Header<'f, F, I> {
    /// The iterator of a `for` over `iterated`.
    #[inline(always)]
    pub fn new(frame: &'f F, index: usize, iterated: impl IntoIterator<IntoIter = I>) -> Self {
        Self { frame, index, iterator: iterated.into_iter() }
    }
}

impl<F: Mark, I: Iterator> Iterator for Header<'_, F, I> {
    type Item = I::Item;

    #[inline(always)]
    fn next(&mut self) -> Option<I::Item> {
        self.frame.hit(self.index);
        self.iterator.next()
    }
}

/// Where a function stands, and its text.
#[derive(Debug)]
pub struct Source {
    /// The file, as `file!()` names it.
    pub file: &'static str,
    /// The line of the `fn`.
    pub line: u32,
    /// The name of an item inside the function.
    pub name: fn() -> &'static str,
    /// Its lines with their numbers, in order.
    pub text: &'static [(u32, &'static str)],
}

impl Source {
    /// The name of the function, with its module or its type.
    pub(crate) fn function(&self) -> String {
        let name = (self.name)();
        name.strip_suffix("::here").unwrap_or(name).into()
    }
}

/// What is known of one statement, over all calls and threads.
pub trait Total: Sync + Sized + 'static {
    /// Nothing yet.
    const NONE: Self;

    /// The tables of this kind of all functions that have run.
    fn sites() -> &'static Mutex<Vec<&'static dyn Table<Self>>>;
}

/// The tables of this kind, which nobody else changes meanwhile.
pub(crate) fn sites<T: Total>() -> MutexGuard<'static, Vec<&'static dyn Table<T>>> {
    T::sites().lock().unwrap_or_else(PoisonError::into_inner)
}

/// The table of one function.
#[derive(Debug)]
pub struct Site<T, const N: usize> {
    source: Source,
    lines: [u32; N],
    totals: [T; N],
    known: AtomicBool,
}

impl<T: Total, const N: usize> Site<T, N> {
    /// The empty table of a function whose statements begin on these lines.
    pub const fn new(source: Source, lines: [u32; N]) -> Self {
        Self { source, lines, totals: [const { T::NONE }; N], known: AtomicBool::new(false) }
    }

    /// The totals to add to.
    pub(crate) fn totals(&'static self) -> &'static [T; N] {
        if !self.known.load(Relaxed) && !self.known.swap(true, Relaxed) {
            sites().push(self);
        }
        &self.totals
    }
}

/// The table of one function, however many statements it has.
pub trait Table<T>: Sync {
    /// Where the function stands.
    fn source(&'static self) -> &'static Source;
    /// The line on which each statement begins.
    fn lines(&'static self) -> &'static [u32];
    /// What is known of each statement.
    fn totals(&'static self) -> &'static [T];
}

impl<T: Total, const N: usize> Table<T> for Site<T, N> {
    fn source(&'static self) -> &'static Source {
        &self.source
    }

    fn lines(&'static self) -> &'static [u32] {
        &self.lines
    }

    fn totals(&'static self) -> &'static [T] {
        &self.totals
    }
}

pub use crate::memory::expansion::{Allocations, MemoryTotal};

/// The hits and the time of one statement.
#[derive(Debug)]
pub struct LineTotal {
    pub(crate) hits: AtomicU64,
    /// Set as soon as the clock has been read for it.
    pub(crate) timed: AtomicBool,
    pub(crate) nanoseconds: AtomicU64,
}

impl Total for LineTotal {
    const NONE: Self = Self { hits: AtomicU64::new(0), timed: AtomicBool::new(false), nanoseconds: AtomicU64::new(0) };

    fn sites() -> &'static Mutex<Vec<&'static dyn Table<Self>>> {
        static SITES: Mutex<Vec<&'static dyn Table<LineTotal>>> = Mutex::new(Vec::new());
        &SITES
    }
}

/// The frame that counts.
///
/// The array is never indexed by anything but constants and leaves the frame only as a copy, made when the frame is dropped: so the
/// optimiser takes it apart, and each counter becomes a variable like any other of the function.
#[derive(Debug)]
pub struct Counts<const N: usize> {
    hits: Cell<[u64; N]>,
    site: &'static Site<LineTotal, N>,
}

impl<const N: usize> Counts<N> {
    /// The function begins.
    #[inline(always)]
    pub fn enter(site: &'static Site<LineTotal, N>) -> Self {
        Self { hits: Cell::new([0; N]), site }
    }
}

impl<const N: usize> Mark for Counts<N> {
    #[inline(always)]
    fn hit(&self, index: usize) {
        increment(&self.hits, index, 1);
    }
}

impl<const N: usize> Drop for Counts<N> {
    #[inline(always)]
    fn drop(&mut self) {
        flush(self.site, &mut self.hits.get());
    }
}

/// Adds the hits to the table, and takes them away. That it writes to them is what keeps the copy above a copy: the optimiser would
/// pass the frame itself to a function that only reads, and all counters would live in memory.
#[inline(never)]
fn flush<const N: usize>(site: &'static Site<LineTotal, N>, hits: &mut [u64; N]) {
    for (total, hits) in site.totals().iter().zip(hits) {
        let hits = mem::take(hits);
        if hits != 0 {
            total.hits.fetch_add(hits, Relaxed);
        }
    }
}

#[inline(always)]
pub(crate) fn increment<const N: usize>(counters: &Cell<[u64; N]>, index: usize, by: u64) {
    let counter = &counters.as_array_of_cells()[index];
    counter.set(counter.get().wrapping_add(by));
}

/// The frame that reads the clock at each statement: the time up to the next one is that of the statement.
#[derive(Debug)]
pub struct Exact<const N: usize> {
    hits: Cell<[u64; N]>,
    nanoseconds: Cell<[u64; N]>,
    /// The statement that runs, and since when.
    current: Cell<Option<(usize, Instant)>>,
    site: &'static Site<LineTotal, N>,
}

impl<const N: usize> Exact<N> {
    /// The function begins.
    pub fn enter(site: &'static Site<LineTotal, N>) -> Self {
        Self { hits: Cell::new([0; N]), nanoseconds: Cell::new([0; N]), current: Cell::new(None), site }
    }

    fn stop(&self, now: Instant) {
        if let Some((index, since)) = self.current.get() {
            let passed = u64::try_from(now.duration_since(since).as_nanos()).unwrap_or(u64::MAX);
            increment(&self.nanoseconds, index, passed);
        }
    }
}

impl<const N: usize> Mark for Exact<N> {
    #[inline(always)]
    fn hit(&self, index: usize) {
        increment(&self.hits, index, 1);
        let now = Instant::now();
        self.stop(now);
        self.current.set(Some((index, now)));
    }
}

impl<const N: usize> Drop for Exact<N> {
    fn drop(&mut self) {
        self.stop(Instant::now());
        flush(self.site, &mut self.hits.get());
        for (total, nanoseconds) in self.site.totals().iter().zip(self.nanoseconds.get()) {
            total.timed.store(true, Relaxed);
            total.nanoseconds.fetch_add(nanoseconds, Relaxed);
        }
    }
}
