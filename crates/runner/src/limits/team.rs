//! Threads that run the same loop at the same time, and the rate of all of them together.
//!
//! The threads do not wait for each other. Each runs its loop in short pieces without a pause and notes when each piece started and
//! ended; the rate is then looked up where it was best, in a window of half a millisecond in which all threads ran undisturbed.
//! So it does not matter when the system lets each thread run, as long as there is one moment when it lets them all; and threads
//! that never sleep are spread over the CPUs, while threads that wake each other tend to end up on the same one.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use std::{hint, io};

/// How long a piece should take, in seconds: long beside the resolution of the clock.
const PIECE: f64 = 1e-4;

/// The time in which a rate is counted, in seconds: several pieces, and short beside the time between two interruptions.
const WINDOW: f64 = 5e-4;

/// How long the system is given to spread the threads over the CPUs.
const SETTLE: Duration = Duration::from_millis(20);

/// The best rate, in rounds of all threads per second, of each of the `variants` of a loop, measured for `budget` each.
///
/// Each thread makes its own state by `make`, then calls `run(state, variant, rounds)` for each variant in turn. The best moment
/// counts, because what is wanted is what the machine can do, not what its other users leave of it.
///
/// `None` when the system refuses a thread: the others would not show what all can do.
pub(super) fn best_rates<S>(
    threads: usize,
    variants: usize,
    budget: Duration,
    make: impl Fn() -> S + Sync,
    run: impl Fn(&mut S, usize, u64) + Sync,
) -> Option<Vec<f64>> {
    best_rates_by(thread::Builder::new, threads, variants, budget, make, run)
}

/// The same with a builder for each thread.
fn best_rates_by<S>(
    builder: impl Fn() -> thread::Builder,
    threads: usize,
    variants: usize,
    budget: Duration,
    make: impl Fn() -> S + Sync,
    run: impl Fn(&mut S, usize, u64) + Sync,
) -> Option<Vec<f64>> {
    let start = Start::new();
    let member = || {
        let mut state = make();
        let begin = start.wait(if threads > 1 { SETTLE } else { Duration::ZERO })?;
        let logs = (1..).zip(0..variants).map(|(turn, variant)| {
            // Variants have fixed times, which keeps the threads together.
            let end = begin + turn * budget;
            log(&start.clock, end, |rounds| run(&mut state, variant, rounds))
        });
        Some(logs.collect::<Vec<_>>())
    };
    let logs: Vec<_> = thread::scope(|scope| {
        let others = (1..threads).map(|_| builder().spawn_scoped(scope, member));
        let Ok(others) = others.collect::<io::Result<Vec<_>>>() else {
            start.call_off();
            return None;
        };
        start.expect(threads);
        let own = member();
        let others = others.into_iter().map(|other| other.join().expect("a loop that counts does not panic"));
        others.chain([own]).collect()
    })?;
    let rate = |variant: usize| best_rate(&logs.iter().map(|log| log[variant].as_slice()).collect::<Vec<_>>());
    Some((0..variants).map(rate).collect())
}

/// Lets all threads begin at the same time.
#[derive(Debug)]
struct Start {
    clock: Instant,
    ready: AtomicUsize,
    expected: AtomicUsize,
    /// Nanoseconds of the clock; 0 as long as a thread is missing, [`NEVER`] if it stays away.
    begin: AtomicU64,
}

/// The beginning of what was called off.
const NEVER: u64 = u64::MAX;

impl Start {
    fn new() -> Self {
        let (ready, begin) = Default::default();
        Self { clock: Instant::now(), ready, expected: AtomicUsize::new(usize::MAX), begin }
    }

    /// Says how many threads will wait.
    fn expect(&self, threads: usize) {
        self.expected.store(threads, Ordering::Release);
    }

    /// Sends those home that wait.
    fn call_off(&self) {
        self.begin.store(NEVER, Ordering::Release);
    }

    /// Waits for all threads, and some time more; returns when it was over, or `None` if there is no beginning.
    fn wait(&self, settle: Duration) -> Option<Duration> {
        if self.ready.fetch_add(1, Ordering::AcqRel) + 1 == self.expected.load(Ordering::Acquire) {
            let begin = self.clock.elapsed() + settle;
            self.begin.store(begin.as_nanos().max(1) as u64, Ordering::Release);
        }
        loop {
            let begin = self.begin.load(Ordering::Acquire);
            if begin == NEVER {
                return None;
            }
            let begin = Duration::from_nanos(begin);
            if !begin.is_zero() && self.clock.elapsed() >= begin {
                return Some(begin);
            }
            hint::spin_loop();
        }
    }
}

/// Rounds that one thread ran, and when, in seconds.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: f64,
    end: f64,
    rounds: u64,
}

/// Runs pieces until the clock shows `end`, three at least. Those too short to time are left out.
fn log(clock: &Instant, end: Duration, mut run: impl FnMut(u64)) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rounds = 1;
    let mut now = clock.elapsed();
    while pieces.len() < 3 || now < end {
        let start = now.as_secs_f64();
        run(rounds);
        now = clock.elapsed();
        let piece = Piece { start, end: now.as_secs_f64(), rounds };
        let seconds = piece.end - piece.start;
        if seconds < PIECE / 2.0 {
            rounds = (rounds as f64 * (PIECE / seconds.max(1e-9)).clamp(2.0, 100.0)) as u64;
        } else {
            pieces.push(piece);
        }
    }
    pieces
}

/// The most rounds per second of all threads together in any window that begins with a piece of the first thread.
fn best_rate(logs: &[&[Piece]]) -> f64 {
    let shortest = logs[0].iter().map(|piece| piece.end - piece.start).fold(f64::INFINITY, f64::min);
    let window = WINDOW.max(2.0 * shortest);
    let rates = logs[0].iter().map(|piece| {
        let end = piece.start + window;
        logs.iter().map(|log| rounds_between(log, piece.start, end)).sum::<f64>() / window
    });
    rates.fold(0.0, f64::max)
}

/// The rounds of one thread in some time; of a piece that is partly outside, as much as is inside.
fn rounds_between(log: &[Piece], start: f64, end: f64) -> f64 {
    let first = log.partition_point(|piece| piece.end <= start);
    let inside = log[first..].iter().take_while(|piece| piece.start < end);
    let rounds = inside.map(|piece| {
        let common = piece.end.min(end) - piece.start.max(start);
        piece.rounds as f64 * common / (piece.end - piece.start)
    });
    rounds.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_runs_every_variant() {
        let made = AtomicUsize::new(0);
        let ran = [const { AtomicUsize::new(0) }; 2];
        let make = || made.fetch_add(1, Ordering::Relaxed);
        let run = |_: &mut usize, variant: usize, rounds: u64| {
            ran[variant].fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_micros(rounds));
        };
        let rates = best_rates(3, 2, Duration::ZERO, make, run).expect("the system gives two threads");
        assert_eq!(made.into_inner(), 3);
        assert_eq!(rates.len(), 2);
        assert!(rates.iter().all(|&rate| rate > 0.0));
        // Three pieces at least, on each thread.
        assert!(ran.into_iter().all(|ran| ran.into_inner() >= 9));
    }

    #[test]
    fn a_team_that_lacks_a_thread_measures_nothing_and_ends() {
        let started = AtomicUsize::new(0);
        let builder = || match started.fetch_add(1, Ordering::Relaxed) {
            0 => thread::Builder::new(),
            _ => thread::Builder::new().stack_size(crate::refused_threads::STACK),
        };
        let run = |_: &mut (), _: usize, _: u64| unreachable!("not all threads are there");
        assert_eq!(best_rates_by(builder, 3, 1, Duration::ZERO, || (), run), None);
        assert_eq!(started.into_inner(), 2);
    }

    #[test]
    fn pieces_are_long_enough_to_time() {
        let clock = Instant::now();
        let pieces = log(&clock, Duration::ZERO, |rounds| thread::sleep(Duration::from_nanos(rounds)));
        assert_eq!(pieces.len(), 3);
        assert!(pieces.iter().all(|piece| piece.end - piece.start >= PIECE / 2.0));
        assert!(pieces.is_sorted_by(|a, b| a.end <= b.start));
    }

    /// Pieces of 10 rounds each, between these times in units of a window.
    fn pieces(times: &[f64]) -> Vec<Piece> {
        let piece = |pair: &[f64]| Piece { start: pair[0] * WINDOW, end: pair[1] * WINDOW, rounds: 10 };
        times.windows(2).map(piece).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6 * b
    }

    #[test]
    fn the_best_window_counts() {
        // Interrupted in the third and the sixth piece.
        let log = pieces(&[0.0, 0.25, 0.5, 9.0, 9.25, 9.5, 20.0]);
        assert!(close(best_rate(&[&log]), (20.0 + 10.0 * 0.5 / 8.5) / WINDOW));
        let log = pieces(&[0.0, 0.5, 1.0, 9.0, 9.25, 9.5, 9.75, 10.0]);
        assert!(close(best_rate(&[&log]), 40.0 / WINDOW));
    }

    #[test]
    fn threads_count_where_they_run_together() {
        let early = pieces(&[0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]);
        let late = pieces(&[1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5]);
        assert!(close(best_rate(&[&early, &late]), 80.0 / WINDOW));
        // One after the other is no more than one thread.
        let later = pieces(&[2.0, 2.25, 2.5, 2.75, 3.0]);
        assert!(close(best_rate(&[&early, &later]), 40.0 / WINDOW));
    }
}
