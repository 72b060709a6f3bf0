//! How often a run is repeated, and the times that come of it.

use std::time::{Duration, Instant};

/// How long to go on measuring.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Exactly so many runs, if it is set.
    pub repeat: Option<usize>,
    /// The least number of runs, unless they take the time alone.
    pub runs: usize,
    /// The time after which no further run is begun, once there are two. What is done between the runs counts in it, but takes none of
    /// the least number of runs away.
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { repeat: None, runs: 5, time: Duration::from_secs(2) }
    }
}

impl Budget {
    /// A budget for a quick look.
    pub fn quick() -> Self {
        Self { time: Duration::from_millis(100), ..Self::default() }
    }

    /// Exactly so many runs, and at least one.
    pub fn exactly(runs: usize) -> Self {
        Self { repeat: Some(runs), ..Self::default() }
    }

    /// Whether the run after these will be enough: the number asked for is reached, or the time is, or the best time is stable.
    fn next_is_last(&self, times: &[Duration], elapsed: Duration) -> bool {
        if let Some(repeat) = self.repeat {
            return times.len() + 1 >= repeat;
        }
        let Some(&best) = times.iter().min() else {
            return false;
        };
        let enough = times.len() + 1 >= self.runs;
        // Checks that take longer than the runs are no reason for fewer of them.
        let spent = if enough { elapsed } else { times.iter().sum() };
        if spent + best >= self.time {
            return true;
        }
        // Stable: nothing better by half a percent in the last three runs, and long enough to have met a quiet moment.
        let reached = times.iter().position(|&time| time.as_secs_f64() <= best.as_secs_f64() * 1.005);
        enough && elapsed >= self.time / 20 && reached.is_some_and(|run| times.len() - run > 3)
    }
}

/// The times of several runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// At least one, the shortest first.
    times: Vec<Duration>,
    /// The same in the order in which they were taken.
    in_order: Vec<Duration>,
}

impl Timing {
    /// The times of at least one run.
    pub fn new(in_order: Vec<Duration>) -> Option<Self> {
        let mut times = in_order.clone();
        times.sort_unstable();
        (!times.is_empty()).then_some(Self { times, in_order })
    }

    /// The times in the order in which they were taken.
    pub fn in_order(&self) -> &[Duration] {
        &self.in_order
    }

    /// The shortest time, in milliseconds.
    pub fn best_ms(&self) -> f64 {
        milliseconds(self.times[0])
    }

    /// The time in the middle, in milliseconds.
    pub fn median_ms(&self) -> f64 {
        milliseconds(self.median())
    }

    /// The shortest time.
    pub fn best(&self) -> Duration {
        self.times[0]
    }

    /// The time in the middle, or half-way between the two that are.
    pub fn median(&self) -> Duration {
        let middle = self.times.len() / 2;
        if self.times.len() % 2 == 1 { self.times[middle] } else { (self.times[middle - 1] + self.times[middle]) / 2 }
    }

    /// How far the quartiles of the times lie apart, in percent of the time in the middle: half of all times are so near to each other,
    /// whatever one disturbed run says.
    pub fn spread_percent(&self) -> f64 {
        let quartile = |part: f64| {
            let place = part * (self.times.len() - 1) as f64;
            let [below, above] = [place.floor(), place.ceil()].map(|place| milliseconds(self.times[place as usize]));
            below + (above - below) * place.fract()
        };
        let median = self.median_ms();
        if median > 0.0 { (quartile(0.75) - quartile(0.25)) / median * 100.0 } else { 0.0 }
    }

    /// How many runs there were.
    pub fn runs(&self) -> usize {
        self.times.len()
    }
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Repeats a run until the budget is spent. `run` returns its time, so that what it does around the clock (checking the output, say)
/// stays off it.
///
/// # Errors
/// The first error of a run; nothing is measured then.
pub fn time<E>(budget: &Budget, mut run: impl FnMut() -> Result<Duration, E>) -> Result<Timing, E> {
    let started = Instant::now();
    let mut times = Vec::new();
    loop {
        let last = budget.next_is_last(&times, started.elapsed());
        times.push(run()?);
        if last {
            return Ok(Timing::new(times).expect("there is one"));
        }
    }
}

/// Repeats the runs of two programs in turn until the budget of both is spent, so that what changes on the machine meanwhile changes
/// both. A slow program does not run as often as a fast one would: two pairs, and twice the budget's time, are enough.
///
/// # Errors
/// The first error of a run; nothing is measured then.
pub fn time_in_turn<E>(budget: &Budget, mut run: impl FnMut(usize) -> Result<Duration, E>) -> Result<[Timing; 2], E> {
    let started = Instant::now();
    let mut times = [Vec::new(), Vec::new()];
    loop {
        // Each has half of the time.
        let elapsed = started.elapsed() / 2;
        let pair = times.iter().filter_map(|times| times.iter().min()).sum::<Duration>();
        let spent = times.iter().flatten().sum::<Duration>() + pair;
        let long = budget.repeat.is_none() && !times[0].is_empty() && spent >= 2 * budget.time;
        let last = long || times.iter().all(|times| budget.next_is_last(times, elapsed));
        for (program, times) in times.iter_mut().enumerate() {
            times.push(run(program)?);
        }
        if last {
            return Ok(times.map(|times| Timing::new(times).expect("there is one")));
        }
    }
}

/// Repeats a call until the budget is spent. All of the call is on the clock.
///
/// # Errors
/// The first error of a call; nothing is measured then.
pub fn time_calls<E>(budget: &Budget, mut call: impl FnMut() -> Result<(), E>) -> Result<Timing, E> {
    time(budget, || {
        let started = Instant::now();
        call()?;
        Ok(started.elapsed())
    })
}

/// What the last of so many calls returns, and the shortest time that one of them took. There is at least one call.
///
/// # Errors
/// The first error of a call.
pub fn best<T, E>(calls: usize, mut call: impl FnMut() -> Result<T, E>) -> Result<(T, Duration), E> {
    let mut timed = || {
        let started = Instant::now();
        call().map(|value| (value, started.elapsed()))
    };
    let (mut value, mut best) = timed()?;
    for _ in 1..calls {
        let (again, elapsed) = timed()?;
        (value, best) = (again, best.min(elapsed));
    }
    Ok((value, best))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(times: &[u64]) -> Timing {
        Timing::new(times.iter().map(|&time| Duration::from_millis(time)).collect()).unwrap()
    }

    #[test]
    fn best_median_and_spread_are_those_of_the_sorted_times() {
        let odd = timing(&[30, 10, 20]);
        assert_eq!((odd.best_ms(), odd.median_ms(), odd.runs()), (10.0, 20.0, 3));
        assert!((odd.spread_percent() - 50.0).abs() < 1e-9, "from 15 to 25, of 20");
        assert_eq!(odd.in_order()[0], Duration::from_millis(30));
        let disturbed = timing(&[10, 10, 11, 10, 9000, 10, 10, 10, 11]);
        assert!(disturbed.spread_percent() <= 10.0, "one disturbed run of nine says nothing");
        assert_eq!(timing(&[40, 10, 20, 30]).median_ms(), 25.0);
        assert_eq!(timing(&[0]).spread_percent(), 0.0);
        assert_eq!(Timing::new(Vec::new()), None);
    }

    /// The number of runs when every run takes `milliseconds` by its own account.
    fn runs(budget: Budget, milliseconds: impl Fn(usize) -> u64) -> usize {
        let mut made = 0;
        let timing = time(&budget, || {
            made += 1;
            Ok::<_, ()>(Duration::from_millis(milliseconds(made)))
        });
        assert_eq!(timing.unwrap().runs(), made);
        made
    }

    #[test]
    fn as_many_runs_are_made_as_asked_for() {
        for repeat in [1, 2, 7] {
            assert_eq!(runs(Budget::exactly(repeat), |_| 1), repeat);
        }
    }

    #[test]
    fn a_step_that_takes_longer_than_the_budget_runs_twice() {
        assert_eq!(runs(Budget::default(), |_| 3000), 2);
    }

    #[test]
    fn the_best_of_some_calls_is_the_shortest_and_the_value_the_last() {
        let mut calls = 0;
        let best = best(3, || {
            calls += 1;
            Ok::<_, ()>(calls)
        });
        assert_eq!(best.unwrap().0, 3);
        assert_eq!(super::best(3, || Err::<(), _>("refused")), Err("refused"));
        let timing = time_calls(&Budget::exactly(4), || Ok::<_, ()>(())).unwrap();
        assert_eq!(timing.runs(), 4);
    }

    #[test]
    fn the_best_time_has_to_be_stable() {
        let budget = Budget { time: Duration::from_secs(3600), ..Budget::default() };
        let stable = |times: &[u64], elapsed| {
            let times: Vec<_> = times.iter().map(|&time| Duration::from_millis(time)).collect();
            budget.next_is_last(&times, Duration::from_secs(elapsed))
        };
        assert!(stable(&[10, 10, 10, 10], 200));
        assert!(!stable(&[10, 10, 10], 200), "too few runs");
        assert!(!stable(&[10, 10, 10, 10], 1), "too short");
        assert!(!stable(&[20, 15, 12, 10], 200), "still getting better");
        assert!(stable(&[20, 10, 12, 11, 10], 200));
    }

    #[test]
    fn what_is_done_between_the_runs_takes_no_run_away() {
        let budget = Budget::default();
        // Each a little better than the one before, so that the best time is never stable.
        let last = |runs: u64, each: u64, elapsed| {
            let times: Vec<_> = (0..runs).map(|run| Duration::from_millis(each + 9 - 3 * run)).collect();
            budget.next_is_last(&times, Duration::from_millis(elapsed))
        };
        assert!(!last(3, 300, 10_000), "the first four of five runs, however long the checks take");
        assert!(last(4, 300, 10_000), "then the fifth is the last");
        assert!(last(5, 300, 1750) && !last(4, 300, 1600), "of more runs than that, all that was done is counted");
        assert!(last(3, 600, 1800), "runs that take the time alone are as few as they were");
        assert!(last(1, 3000, 3000));
    }

    #[test]
    fn two_programs_run_in_turn_and_as_often() {
        let mut turns = Vec::new();
        let timings = time_in_turn(&Budget::exactly(3), |program| {
            turns.push(program);
            Ok::<_, ()>(Duration::from_millis(1 + program as u64))
        });
        assert_eq!(turns, [0, 1, 0, 1, 0, 1]);
        assert_eq!(timings.unwrap().map(|timing| (timing.runs(), timing.best_ms())), [(3, 1.0), (3, 2.0)]);
        // The slow one has its two runs, and the fast one no more.
        let slow =
            time_in_turn(&Budget::default(), |program| Ok::<_, ()>(Duration::from_secs(3 * (1 - program as u64))));
        assert_eq!(slow.unwrap().map(|timing| timing.runs()), [2, 2]);
        assert_eq!(
            time_in_turn(&Budget::default(), |program| if program == 1 { Err("broken") } else { Ok(Duration::ZERO) }),
            Err("broken")
        );
    }

    #[test]
    fn an_error_ends_the_measurement() {
        let mut made = 0;
        let result = time(&Budget::default(), || {
            made += 1;
            if made == 2 { Err("broken") } else { Ok(Duration::ZERO) }
        });
        assert_eq!((result, made), (Err("broken"), 2));
    }
}
