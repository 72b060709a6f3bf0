//! A parallel range: the rows of an output shared out among threads by one of OpenMP's schedules.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::Instant;
use std::{fmt, io, mem, ops::Range};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::caught::Caught;

/// Who does which row: OpenMP's `schedule` clause, and rayon's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// As many parts as threads, as equal as they can be, each in one piece. Nothing is decided while the loop runs.
    Static,
    /// Chunks of so many rows, dealt to the threads in turn like cards.
    StaticChunk(usize),
    /// Chunks of so many rows; who is free takes the next.
    Dynamic(usize),
    /// Who is free takes an equal share of what is left, at least so many rows: large pieces first, small ones at the end.
    Guided(usize),
    /// Halves of halves; who has nothing left steals the largest piece of somebody else. This is rayon.
    Stealing,
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static => write!(f, "static"),
            Self::StaticChunk(rows) => write!(f, "static, {rows}"),
            Self::Dynamic(rows) => write!(f, "dynamic, {rows}"),
            Self::Guided(rows) => write!(f, "guided, {rows}"),
            Self::Stealing => write!(f, "stealing"),
        }
    }
}

/// A piece of work that a thread did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The thread, from 0.
    pub thread: usize,
    /// The rows.
    pub rows: Range<usize>,
    /// When it began.
    pub begun: Instant,
    /// When it ended.
    pub ended: Instant,
}

/// Keeps who did which rows when.
#[derive(Debug, Default)]
pub struct Timeline {
    spans: Mutex<Vec<Span>>,
}

impl Timeline {
    /// An empty timeline.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was done, in the order of its beginning.
    pub fn spans(self) -> Vec<Span> {
        let mut spans = self.spans.into_inner().unwrap_or_else(PoisonError::into_inner);
        spans.sort_by_key(|span| (span.begun, span.rows.start));
        spans
    }
}

/// Calls `body` once for each row of the output, with the number of the row and the row itself, on several threads.
///
/// A row is `row_length` elements; the last may be shorter. At most as many threads run as there are rows, the calling one among
/// them, except with [`Schedule::Stealing`], which has threads of its own. All are started here and ended before this returns:
/// what that costs is part of the lesson. A chunk of 0 rows counts as 1, and 0 threads as 1.
///
/// # Errors
/// When the system refuses a thread. Some of the rows may be done then.
///
/// # Panics
/// When `row_length` is 0; and when `body` panics: with its message, after every thread has ended.
pub fn prange<T: Send>(
    threads: usize,
    schedule: Schedule,
    output: &mut [T],
    row_length: usize,
    timeline: Option<&Timeline>,
    body: impl Fn(usize, &mut [T]) + Sync,
) -> io::Result<()> {
    prange_by(|_| Builder::new(), threads, schedule, output, row_length, timeline, body)
}

/// The same with a builder for each thread. Those of [`Schedule::Stealing`] are built by rayon.
fn prange_by<T: Send>(
    builder: impl Fn(usize) -> Builder,
    threads: usize,
    schedule: Schedule,
    output: &mut [T],
    row_length: usize,
    timeline: Option<&Timeline>,
    body: impl Fn(usize, &mut [T]) + Sync,
) -> io::Result<()> {
    assert!(row_length > 0, "a row has at least one element");
    let rows = output.len().div_ceil(row_length);
    let threads = threads.min(rows).max(1);
    let work = |thread: usize, first: usize, piece: &mut [T]| {
        let begun = Instant::now();
        let count = piece.len().div_ceil(row_length);
        for (row, elements) in (first..).zip(piece.chunks_mut(row_length)) {
            body(row, elements);
        }
        if let Some(timeline) = timeline {
            let span = Span { thread, rows: first..first + count, begun, ended: Instant::now() };
            timeline.spans.lock().unwrap_or_else(PoisonError::into_inner).push(span);
        }
    };
    match schedule {
        Schedule::Static => {
            let mut rest = Rest { first: 0, elements: output };
            let parts: Vec<_> =
                (0..threads).map(|t| rest.cut(rows * (t + 1) / threads - rest.first, row_length)).collect();
            crew(builder, parts.into_iter().map(|(first, piece)| move |thread| work(thread, first, piece)))
        }
        Schedule::StaticChunk(chunk) => {
            let mut hands: Vec<_> = (0..threads).map(|_| Vec::new()).collect();
            for (deal, piece) in output.chunks_mut(chunk.max(1).saturating_mul(row_length)).enumerate() {
                hands[deal % threads].push((deal * chunk.max(1), piece));
            }
            let all =
                |hand: Vec<_>| move |thread| hand.into_iter().for_each(|(first, piece)| work(thread, first, piece));
            crew(builder, hands.into_iter().map(all))
        }
        Schedule::Dynamic(chunk) => shared(builder, threads, output, row_length, |_| chunk, work),
        Schedule::Guided(least) => {
            shared(builder, threads, output, row_length, |left| (left / threads).max(least), work)
        }
        Schedule::Stealing => {
            let steal = |pool: &rayon::ThreadPool| {
                pool.install(|| {
                    output.par_chunks_mut(row_length).enumerate().with_max_len(1).for_each(|(row, elements)| {
                        work(rayon::current_thread_index().unwrap_or(0), row, elements);
                    });
                });
            };
            let built = ThreadPoolBuilder::new().num_threads(threads).build_scoped(|thread| thread.run(), steal);
            built.map_err(io::Error::other)
        }
    }
}

/// Who is free takes the next rows: `rows` says how many, from how many are left.
fn shared<T: Send>(
    builder: impl Fn(usize) -> Builder,
    threads: usize,
    output: &mut [T],
    row_length: usize,
    rows: impl Fn(usize) -> usize + Sync,
    work: impl Fn(usize, usize, &mut [T]) + Sync,
) -> io::Result<()> {
    let rest = Mutex::new(Rest { first: 0, elements: output });
    let take = |thread| {
        while let Some((first, piece)) = next(&rest, row_length, &rows) {
            work(thread, first, piece);
        }
    };
    crew(builder, (0..threads).map(|_| take))
}

// ANCHOR: rest
/// The rows that no thread has taken yet.
struct Rest<'a, T> {
    first: usize,
    elements: &'a mut [T],
}

impl<'a, T> Rest<'a, T> {
    /// Cuts off so many rows, or what there is: no other thread can reach them any more.
    fn cut(&mut self, rows: usize, row_length: usize) -> (usize, &'a mut [T]) {
        let elements = mem::take(&mut self.elements);
        let (piece, rest) = elements.split_at_mut(rows.saturating_mul(row_length).min(elements.len()));
        let first = self.first;
        (self.first, self.elements) = (first + piece.len().div_ceil(row_length), rest);
        (first, piece)
    }
}

/// Takes the next rows: `rows` says how many, from how many are left.
fn next<'a, T>(
    rest: &Mutex<Rest<'a, T>>,
    row_length: usize,
    rows: impl Fn(usize) -> usize,
) -> Option<(usize, &'a mut [T])> {
    // No panic can happen while the lock is held.
    let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
    let left = rest.elements.len().div_ceil(row_length);
    (left > 0).then(|| rest.cut(rows(left).max(1), row_length))
}
// ANCHOR_END: rest

// ANCHOR: crew
/// Runs each on a thread of its own, the first on the caller's, and tells each its number. Returns when all have ended.
fn crew<W: FnOnce(usize) + Send>(
    builder: impl Fn(usize) -> Builder,
    work: impl IntoIterator<Item = W>,
) -> io::Result<()> {
    let mut work = (0..).zip(work);
    let Some((number, own)) = work.next() else {
        return Ok(());
    };
    let caught = &Caught::new();
    let started = thread::scope(|scope| {
        for (number, work) in work {
            builder(number).spawn_scoped(scope, move || caught.catch(|| work(number)))?;
        }
        caught.catch(|| own(number));
        Ok(())
    });
    caught.resume();
    started
}
// ANCHOR_END: crew

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::start::tests::refused_from;

    #[test]
    fn a_thread_that_is_refused_is_an_error_and_the_others_end() {
        for schedule in [Schedule::Static, Schedule::StaticChunk(1), Schedule::Dynamic(1), Schedule::Guided(1)] {
            for first_refused in 1..=4 {
                let done = AtomicUsize::new(0);
                let builder = refused_from(first_refused);
                let outcome = prange_by(builder, 4, schedule, &mut [0; 20], 1, None, |_, _| {
                    done.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(outcome.is_err(), first_refused < 4, "{schedule}, {first_refused}");
                assert!(outcome.is_err() || done.into_inner() == 20, "{schedule}");
            }
        }
    }
}
