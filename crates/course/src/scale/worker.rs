//! The process that computes at one size: what it is asked, what it says, and how it measures.

use std::collections::BTreeMap;
use std::io::{BufRead, stdin};
use std::time::{Duration, Instant};

use runner::{Failure, Screen};
use serde::{Deserialize, Serialize};
use validation::{Session, SharedInput};

/// A run is repeated until this has passed, so that the clock and the waking of threads are no part of what the shortest runs take.
const LEAST: Duration = Duration::from_millis(1);

/// A check disturbs the caches of a run that does not take so many times as long.
const DISTURBANCE: u32 = 50;

/// What a worker says: what it was asked for, or why it cannot.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply<T> {
    Found(T),
    Refused(String),
}

impl<T> From<Reply<T>> for Result<T, String> {
    fn from(reply: Reply<T>) -> Self {
        match reply {
            Reply::Found(found) => Ok(found),
            Reply::Refused(why) => Err(why),
        }
    }
}

/// What is known of an input, and of the right answer to it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Answer {
    pub(crate) input: BTreeMap<String, u64>,
    /// Necessary operations, of floating-point numbers and of integers.
    pub(crate) operations: u64,
    /// Bytes that must be read and written.
    pub(crate) bytes: u64,
    /// The validation sum of the reference.
    pub(crate) sum: String,
    /// The digest of all its bits.
    pub(crate) digest: u64,
}

/// One run of a step, or the mean of some that follow each other.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) sum: String,
    pub(crate) digest: u64,
    pub(crate) page_faults: Option<u64>,
}

/// Computes the reference answer of an input.
pub(crate) fn answer(input: &SharedInput) -> Answer {
    let work = input.work();
    Answer {
        input: input.sizes().into_iter().map(|(name, size)| (name.to_owned(), size)).collect(),
        operations: work.flops() + work.int_ops + work.int_muls,
        bytes: work.bytes(),
        sum: input.reference_sum(),
        digest: input.reference_digest(),
    }
}

/// Says that a step is prepared, and runs it once for each line of the standard input, until that ends. The first run writes into an output that is poisoned whole.
///
/// # Errors
/// When the answer cannot be printed. What the step itself says is printed.
pub(crate) fn serve(session: &mut dyn Session) -> Result<(), Failure> {
    let mut pace = Pace { repeats: 1, last: Duration::ZERO, check: Duration::ZERO };
    say(&Reply::Found(()))?;
    for (number, _) in stdin().lock().lines().map_while(Result::ok).enumerate() {
        let reply = match pace.run(session, number as u64) {
            Ok(run) => Reply::Found(run),
            Err(error) => Reply::Refused(error.to_string()),
        };
        say(&reply)?;
    }
    Ok(())
}

/// Prints one line for whoever has started this process.
///
/// # Errors
/// When it cannot be printed.
pub(crate) fn say<T: Serialize>(reply: &Reply<T>) -> Result<(), Failure> {
    let line = serde_json::to_string(reply).map_err(|error| Failure::Io(format!("cannot write JSON: {error}")))?;
    Screen.line(line)
}

/// How a step is run.
struct Pace {
    /// Runs that are timed together.
    repeats: u32,
    /// What they took the last time, all of them.
    last: Duration,
    /// What reading the answer took after them.
    check: Duration,
}

impl Pace {
    fn run(&mut self, session: &mut dyn Session, number: u64) -> Result<Run, validation::StepError> {
        if number == 0 {
            session.poison();
        } else {
            // What was read for the check is in the caches, and what the step had left is not.
            if self.check * DISTURBANCE > self.last {
                session.run()?;
            }
            session.poison_places(number);
        }
        let before = profiling::usage().minor_faults();
        let started = Instant::now();
        for _ in 0..self.repeats {
            session.run()?;
        }
        self.last = started.elapsed();
        let after = profiling::usage().minor_faults();
        let run = self.last / self.repeats;
        let started = Instant::now();
        let digest = session.digest();
        self.check = started.elapsed();
        let page_faults = before.zip(after).map(|(before, after)| (after - before) / u64::from(self.repeats));
        self.repeats = repeats(run);
        Ok(Run { seconds: run.as_secs_f64(), sum: session.validation_sum(), digest, page_faults })
    }
}

/// How many runs are timed together when one takes so long.
fn repeats(run: Duration) -> u32 {
    (LEAST.as_nanos() / run.as_nanos().max(1)).clamp(1, 100_000) as u32
}

#[cfg(test)]
mod tests {
    use validation::{Pi, Settings, ladder, pi, step};

    use super::*;

    fn hits(input: &pi::Input, hits: &mut pi::Output) {
        hits.copy_from_slice(&vec![input.samples as u64; input.chunks]);
    }

    const STEPS: &[validation::Step<Pi>] = &[step!(hits, "a test", "every sample hits")];

    #[test]
    fn short_runs_are_timed_together() {
        assert_eq!(repeats(Duration::from_secs(3)), 1);
        assert_eq!(repeats(Duration::from_micros(100)), 10);
        assert_eq!(repeats(Duration::ZERO), 100_000);
    }

    #[test]
    fn a_wrong_answer_has_another_digest_than_the_reference() {
        let ladder = ladder(STEPS);
        let input = ladder.input(&super::super::request((3, Some(100)))).unwrap();
        let right = answer(&input);
        assert_eq!((right.input["chunks"], right.input["samples"], right.bytes), (3, 100, 24));
        let mut session = ladder.start(0, &input, &Settings::default()).unwrap();
        let mut pace = Pace { repeats: 1, last: Duration::ZERO, check: Duration::ZERO };
        for number in 0..3 {
            let run = pace.run(&mut *session, number).unwrap();
            assert_eq!(run.sum, "300");
            assert_ne!((run.sum, run.digest), (right.sum.clone(), right.digest));
        }
    }

    #[test]
    fn what_a_worker_says_can_be_read() {
        let told = serde_json::to_string(&Reply::<()>::Refused("no memory".to_owned())).unwrap();
        let read: Reply<()> = serde_json::from_str(&told).unwrap();
        assert_eq!(Result::from(read), Err("no memory".to_owned()));
    }
}
