//! Workers that have something to do, and do nothing.

use std::cell::Cell;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::locked;
use crate::os::{Child, Look};

/// When any worker of a pool was last seen at work.
#[derive(Debug)]
pub(crate) struct Worked(Mutex<Instant>);

impl Default for Worked {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Worked {
    pub(crate) fn at(&self, now: Instant) {
        *locked(&self.0) = now;
    }

    fn last(&self) -> Instant {
        *locked(&self.0)
    }
}

/// Watches a process that is to work, from outside: by its processor time and its state.
///
/// A process that only waits for a processor is at work, however long that takes. One that is stopped, by a signal or in a debugger,
/// has stalled when the limit is over. One that sleeps may wait for a lock that another worker has, or for a file: it has stalled when
/// no worker of the pool has done anything for that long.
pub(crate) struct Watch<'a> {
    limit: Duration,
    of_pool: &'a Worked,
    /// Its processor time when it was last seen at work, if it has been looked at, and when that was.
    seen: Cell<(Option<Duration>, Instant)>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(limit: Duration, of_pool: &'a Worked, now: Instant) -> Self {
        Self { limit, of_pool, seen: Cell::new((None, now)) }
    }

    /// How often to look: so often that the limit is right to a tenth.
    pub(crate) fn every(&self) -> Duration {
        (self.limit / 10).max(Duration::from_millis(1))
    }

    /// Looks at the process, and says what it saw if the process has stalled.
    pub(crate) fn stalled(&self, child: &Child) -> Option<Look> {
        // One that has ended is noticed by those who wait for it.
        child.look().filter(|look| self.judge(look, Instant::now()))
    }

    fn judge(&self, look: &Look, now: Instant) -> bool {
        let (before, when) = self.seen.get();
        if look.runs() || before != Some(look.processor_time) {
            self.seen.set((Some(look.processor_time), now));
            self.of_pool.at(now);
            return false;
        }
        let since = if look.is_stopped() { when } else { when.max(self.of_pool.last()) };
        now.saturating_duration_since(since) >= self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    /// What is said of processes that are looked at after so many seconds: the seconds, the processor time in ms, the state.
    fn judged(looks: &[(u64, u64, &str)]) -> Vec<bool> {
        let of_pool = Worked::default();
        let begun = of_pool.last();
        let watch = Watch::new(LIMIT, &of_pool, begun);
        let judge = |(after, time, state): &(u64, u64, &str)| {
            let look = Look { processor_time: Duration::from_millis(*time), state: (*state).to_owned() };
            watch.judge(&look, begun + Duration::from_secs(*after))
        };
        looks.iter().map(judge).collect()
    }

    #[test]
    fn a_stopped_process_has_stalled_when_the_limit_is_over() {
        let stopped = "T (stopped)";
        assert_eq!(judged(&[(2, 5, stopped), (21, 5, stopped), (22, 5, stopped)]), [false, false, true]);
        // It was continued in between.
        assert_eq!(
            judged(&[(2, 5, stopped), (20, 6, stopped), (30, 6, stopped), (40, 6, stopped)]),
            [false, false, false, true]
        );
    }

    #[test]
    fn a_process_that_waits_for_a_processor_is_at_work() {
        let runs = "R (running)";
        assert_eq!(judged(&[(2, 5, runs), (1000, 5, runs), (1010, 5, "S (sleeping)")]), [false; 3]);
    }

    #[test]
    fn a_process_that_sleeps_has_stalled_when_no_other_one_works_either() {
        let sleeping = Look { processor_time: Duration::ZERO, state: "S (sleeping)".to_owned() };
        let of_pool = Worked::default();
        let begun = of_pool.last();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let watch = Watch::new(LIMIT, &of_pool, begun);
        assert!(!watch.judge(&sleeping, at(2)));
        of_pool.at(at(15));
        assert!(!watch.judge(&sleeping, at(30)), "another one was at work 15 s ago");
        assert!(watch.judge(&sleeping, at(35)));
        let stopped = Look { state: "T (stopped)".to_owned(), ..sleeping };
        of_pool.at(at(34));
        assert!(watch.judge(&stopped, at(35)), "one that is stopped waits for nobody");
    }
}
