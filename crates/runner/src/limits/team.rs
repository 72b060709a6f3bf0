//! Threads that run the same loop at the same time, and the rate of all of them together.

use std::hint;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a repetition should take: long beside the clock's resolution and the start of the threads, short beside the time between
/// two interruptions.
const REPETITION: Duration = Duration::from_micros(500);

/// How long to wait until each thread has a CPU of its own.
const PATIENCE: Duration = Duration::from_millis(60);

/// The best rate, in rounds of all threads per second, of each of the `variants` of a loop, measured for `budget` each.
///
/// Each thread makes its own state by `make`, then calls `run(state, variant, rounds)` together with the others. The best of the
/// repetitions counts, because what is wanted is what the machine can do, not what its other users leave of it.
pub(super) fn best_rates<S>(
    threads: usize,
    variants: usize,
    budget: Duration,
    make: impl Fn() -> S + Sync,
    run: impl Fn(&mut S, usize, u64) + Sync,
) -> Vec<f64> {
    let team = Team::new();
    thread::scope(|scope| {
        let mut members = 1;
        for _ in 1..threads {
            let follow = || {
                let mut state = make();
                team.follow(|variant, rounds| run(&mut state, variant, rounds));
            };
            // A system that refuses another thread is measured with those that it gave.
            members += usize::from(thread::Builder::new().spawn_scoped(scope, follow).is_ok());
        }
        let mut state = make();
        team.lead(members, variants, budget, |variant, rounds| run(&mut state, variant, rounds))
    })
}

/// One leader, who decides what to run next, and the others.
///
/// No member ever sleeps, not even for a lock: a thread that sleeps takes long to wake, and may wake on the CPU of the thread that
/// woke it, where both can stay for a whole measurement while another CPU idles. Threads that never sleep are soon spread over the
/// CPUs.
#[derive(Debug)]
struct Team {
    members: AtomicUsize,
    arrived: AtomicUsize,
    turn: AtomicUsize,
    variant: AtomicUsize,
    /// What each member runs next; 0 sends it home.
    rounds: AtomicU64,
    /// Times are counted from here, in nanoseconds.
    begin: Instant,
    first_start: AtomicU64,
    last_end: AtomicU64,
    longest: AtomicU64,
}

/// One repetition.
#[derive(Clone, Copy, Debug)]
struct Repetition {
    /// From the first start to the last end, in seconds.
    whole: f64,
    /// The longest time that one thread took, in seconds. Where threads share a CPU they run one after the other, and it is shorter.
    longest: f64,
}

impl Team {
    fn new() -> Self {
        // Nobody passes the gate until the leader has counted the members.
        let members = AtomicUsize::new(usize::MAX);
        let (arrived, turn, variant, rounds, first_start, last_end, longest) = Default::default();
        Self { members, arrived, turn, variant, rounds, begin: Instant::now(), first_start, last_end, longest }
    }

    fn lead(&self, members: usize, variants: usize, budget: Duration, mut run: impl FnMut(usize, u64)) -> Vec<f64> {
        self.members.store(members, Ordering::Release);
        let mut repeat = |variant, rounds| {
            self.variant.store(variant, Ordering::Relaxed);
            self.rounds.store(rounds, Ordering::Relaxed);
            self.first_start.store(u64::MAX, Ordering::Relaxed);
            self.last_end.store(0, Ordering::Relaxed);
            self.longest.store(0, Ordering::Relaxed);
            self.meet();
            self.timed(variant, rounds, &mut run);
            self.meet();
            let seconds = |nanoseconds: u64| 1e-9 * nanoseconds as f64;
            let whole = self.last_end.load(Ordering::Relaxed) - self.first_start.load(Ordering::Relaxed);
            Repetition { whole: seconds(whole), longest: seconds(self.longest.load(Ordering::Relaxed)) }
        };
        let rates = (0..variants).map(|variant| members as f64 * best_rate(budget, |rounds| repeat(variant, rounds)));
        let rates = rates.collect();
        self.rounds.store(0, Ordering::Relaxed);
        self.meet();
        rates
    }

    fn follow(&self, mut run: impl FnMut(usize, u64)) {
        loop {
            self.meet();
            let rounds = self.rounds.load(Ordering::Relaxed);
            if rounds == 0 {
                break;
            }
            self.timed(self.variant.load(Ordering::Relaxed), rounds, &mut run);
            self.meet();
        }
    }

    fn timed(&self, variant: usize, rounds: u64, run: &mut impl FnMut(usize, u64)) {
        let start = self.begin.elapsed().as_nanos() as u64;
        run(variant, rounds);
        let end = self.begin.elapsed().as_nanos() as u64;
        self.first_start.fetch_min(start, Ordering::Relaxed);
        self.last_end.fetch_max(end, Ordering::Relaxed);
        self.longest.fetch_max(end - start, Ordering::Relaxed);
    }

    /// Returns when all members have called it, to all of them within less than a microsecond. Only after some 20 ms of spinning,
    /// when others must be in the way, does it yield.
    fn meet(&self) {
        let turn = self.turn.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.members.load(Ordering::Acquire) {
            self.arrived.store(0, Ordering::Relaxed);
            self.turn.fetch_add(1, Ordering::Release);
            return;
        }
        let mut spins = 0;
        while self.turn.load(Ordering::Acquire) == turn {
            if spins < 1_000_000 {
                spins += 1;
                hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

impl Repetition {
    /// Whether all threads ran at the same time, for the most part.
    fn together(self) -> bool {
        self.whole < 1.5 * self.longest
    }
}

/// The best rounds per second of one thread.
fn best_rate(budget: Duration, mut repeat: impl FnMut(u64) -> Repetition) -> f64 {
    let target = REPETITION.as_secs_f64();
    let (mut rounds, mut repetitions, mut best) = (1, 0, 0.0_f64);
    let mut begin = Instant::now();
    let patience = begin + PATIENCE;
    while repetitions < 3 || begin.elapsed() < budget {
        let repetition = repeat(rounds);
        if repetition.longest < target / 2.0 {
            rounds = (rounds as f64 * (target / repetition.longest.max(1e-9)).clamp(2.0, 100.0)) as u64;
            continue;
        }
        best = best.max(rounds as f64 / repetition.whole);
        repetitions += 1;
        if !repetition.together() && Instant::now() < patience {
            (begin, repetitions) = (Instant::now(), 0);
        }
    }
    best
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
        let rates = best_rates(3, 2, Duration::ZERO, make, run);
        assert_eq!(made.into_inner(), 3);
        assert_eq!(rates.len(), 2);
        assert!(rates.iter().all(|&rate| rate > 0.0));
        // Three repetitions at least, on each thread.
        assert!(ran.into_iter().all(|ran| ran.into_inner() >= 9));
    }

    #[test]
    fn the_best_repetition_counts() {
        let repetition = |seconds| Repetition { whole: seconds, longest: seconds };
        // A round takes 1 ms, but two repetitions are interrupted.
        let mut times = [2e-3, 1e-3, 5e-3].into_iter();
        assert_eq!(best_rate(Duration::ZERO, |rounds| repetition(times.next().unwrap() * rounds as f64)), 1e3);

        // Rounds too short to time are repeated until they are not.
        let mut longest = 0;
        let rate = best_rate(Duration::ZERO, |rounds| {
            longest = longest.max(rounds);
            repetition(1e-6 * rounds as f64)
        });
        assert!((rate - 1e6).abs() < 1.0);
        assert!(longest >= 250);
    }

    #[test]
    fn threads_that_take_turns_are_not_together() {
        assert!(!Repetition { whole: 1e-3, longest: 5e-4 }.together());
        assert!(Repetition { whole: 6e-4, longest: 5e-4 }.together());
    }
}
