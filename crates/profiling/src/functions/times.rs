//! Where the times of a profile come from, and how far they can be trusted.

use super::{Context, Profile, Stats};

/// A time that was met by fewer interruptions is a rough one: its standard error is a third of it or more.
const LEAST_EVENTS: f64 = 10.0;

/// What was never met in many looks takes less than the time of three of them, with a probability of 95 %: the rule of three.
const NEVER_MET: f64 = 3.0;

/// A time by the clock is a rough one where more than this part of what was measured has been subtracted.
const MUCH_SUBTRACTED: f64 = 0.1;

/// No time can be told by the clock where as much as this part of what was measured was the profiler itself.
const MOST_SUBTRACTED: f64 = 0.5;

/// Where the times of a profile come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Times {
    /// From the clock, read at the beginning and at the end of each call: time of the wall, less what the counting and reading
    /// costs.
    Clock {
        /// Why they were not sampled, where they were to be.
        why: Option<String>,
    },
    /// From samples: processor time.
    Sampled(Sampling),
}

impl Default for Times {
    fn default() -> Self {
        Self::Clock { why: None }
    }
}

/// What sampled times come from. They are those of one run, the mean of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Samples per second of processor time.
    pub frequency: u32,
    /// How often the program was run under the sampler.
    pub runs: u64,
    /// The samples of all runs: periods of processor time.
    pub samples: u64,
    /// The interruptions in which they were taken.
    pub events: u64,
    /// The samples in none of the functions.
    pub outside: u64,
    /// The processor time of a run, in nanoseconds.
    pub cpu_ns: u64,
    /// The time of a run by the clock on the wall, in nanoseconds.
    pub wall_ns: u64,
}

impl Sampling {
    /// The nanoseconds of a run that so many samples stand for.
    pub(super) fn ns(&self, samples: u64) -> u64 {
        (samples as f64 * self.period()).round() as u64
    }

    /// The nanoseconds of a run that a sample stands for.
    fn period(&self) -> f64 {
        1e9 / f64::from(self.frequency.max(1)) / self.runs.max(1) as f64
    }

    /// The nanoseconds of a run that an interruption stands for, which may have to take several samples at once.
    fn event(&self) -> f64 {
        self.period() * self.samples.max(1) as f64 / self.events.max(1) as f64
    }
}

/// How far a time can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certainty {
    /// It was met by ten interruptions or more, of which the standard error is their number's root; or the clock has measured it,
    /// and little of that was the profiler itself.
    #[default]
    Good,
    /// It was met by fewer than ten interruptions, or more than a tenth of what the clock measured has been subtracted: `~` in
    /// tables.
    Rough,
    /// No sample met it, so it is likely to be less than so many nanoseconds: `<` in tables.
    Below(u64),
    /// Half of what the clock measured, or more, was the profiler itself, so that no time can be told: `overhead` in tables.
    Overhead,
    /// A [`scope!`](crate::scope), of whose lines samples know nothing: `-` in tables. Its time is that of the function around it.
    Unknown,
}

impl Certainty {
    /// Whether a time can be told.
    pub fn is_told(self) -> bool {
        matches!(self, Self::Good | Self::Rough)
    }

    /// What can be said of a sum of two times.
    pub(super) fn and(self, other: Self) -> Self {
        let rank = |certainty| match certainty {
            Self::Good => 0,
            Self::Rough => 1,
            Self::Below(_) => 2,
            Self::Overhead => 3,
            Self::Unknown => 4,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl Times {
    /// How far a time can be trusted of which so much was subtracted.
    pub(super) fn certainty(&self, ns: u64, overhead_ns: u64) -> Certainty {
        match self {
            Self::Clock { .. } => {
                let measured = ns.saturating_add(overhead_ns) as f64;
                match overhead_ns as f64 {
                    0.0 => Certainty::Good,
                    subtracted if subtracted >= MOST_SUBTRACTED * measured => Certainty::Overhead,
                    subtracted if subtracted > MUCH_SUBTRACTED * measured => Certainty::Rough,
                    _ => Certainty::Good,
                }
            }
            Self::Sampled(sampling) => match (ns as f64 / sampling.event()).round() {
                0.0 => Certainty::Below((NEVER_MET * sampling.event()).ceil() as u64),
                events if events < LEAST_EVENTS => Certainty::Rough,
                _ => Certainty::Good,
            },
        }
    }
}

impl Profile {
    /// Where the times come from.
    pub fn times(&self) -> &Times {
        &self.times
    }

    /// How far the [time in all functions](Self::time) can be trusted.
    pub fn certainty(&self) -> Certainty {
        let sum = |value: fn(&Context) -> u64| self.contexts.iter().fold(0, |sum: u64, c| sum.saturating_add(value(c)));
        self.times.certainty(sum(|context| context.self_ns), sum(|context| context.overhead_ns))
    }

    /// Says of the times of a function how far they can be trusted.
    pub(super) fn judge(&self, stats: &mut Stats) {
        let judged = |ns, overhead_ns| match self.untimed.contains(&stats.function) {
            true => Certainty::Unknown,
            false => self.times.certainty(ns, overhead_ns),
        };
        stats.self_certainty = judged(stats.self_ns, stats.self_overhead_ns);
        stats.total_certainty = judged(stats.total_ns, stats.total_overhead_ns);
    }

    /// The same profile for pictures, where a time that cannot be told is none; and of how many contexts it cannot.
    pub(super) fn told(&self) -> (Self, usize) {
        let mut told = self.clone();
        let hidden = told
            .contexts
            .iter_mut()
            .filter(|context| self.times.certainty(context.self_ns, context.overhead_ns) == Certainty::Overhead);
        let hidden = hidden.map(|context| context.self_ns = 0).count();
        (told, hidden)
    }

    /// What a picture has for a title: how many contexts are without their time, if some are.
    pub(super) fn titled(title: &str, hidden: usize) -> String {
        match hidden {
            0 => title.to_owned(),
            _ => format!("{title} (without the time of {hidden} contexts that are too short for the clock)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_believed_where_less_than_half_was_subtracted() {
        let clock = Times::default();
        assert_eq!(clock.certainty(0, 0), Certainty::Good);
        assert_eq!(clock.certainty(900, 100), Certainty::Good);
        assert_eq!(clock.certainty(899, 101), Certainty::Rough);
        assert_eq!(clock.certainty(501, 499), Certainty::Rough);
        assert_eq!(clock.certainty(500, 500), Certainty::Overhead);
        assert_eq!(clock.certainty(0, 1), Certainty::Overhead);
    }

    #[test]
    fn samples_are_believed_from_ten_interruptions_on() {
        let sampling =
            Sampling { frequency: 1000, runs: 2, samples: 400, events: 100, outside: 0, cpu_ns: 0, wall_ns: 0 };
        // A sample is half a millisecond of a run, an interruption four samples.
        assert_eq!(sampling.ns(3), 1_500_000);
        let sampled = Times::Sampled(sampling);
        assert_eq!(sampled.certainty(0, 0), Certainty::Below(6_000_000));
        assert_eq!(sampled.certainty(2_000_000, 0), Certainty::Rough);
        assert_eq!(sampled.certainty(18_000_000, 0), Certainty::Rough);
        assert_eq!(sampled.certainty(20_000_000, 0), Certainty::Good);
    }
}
