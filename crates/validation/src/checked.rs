//! A session of which every run is checked, off the clock.

use std::fmt;
use std::time::{Duration, Instant};

use crate::{Mismatch, Session, StepError, Verified};

/// A run counts as undisturbed by what was done off the clock since the last one, if that took less than this part of its time.
const DISTURBANCE: u32 = 50;

/// An output of no more bytes is back in the nearest caches in no time.
const NEAR: u64 = 64 * 1024;

/// A session whose every run is checked.
///
/// The first run, which is never timed, writes into an output that is poisoned whole, and every element is compared with the
/// reference. Before each later run a few hundred elements are poisoned, others every time; after it, the digest of the output
/// has to be that of the first answer. So a step that returns at once because an old answer is still there leaves the poison, and
/// one that is wrong in any run is found out. A step whose bits may change between runs says so, and is compared with the
/// reference each time. One that keeps a copy of its answer somewhere else, and copies it, cannot be told from one that computes
/// it again.
///
/// All of that is off the clock, but it moves the caches: what was read for the check is in them, and what the step had left is
/// written back. [`settle`](Self::settle) makes good for it.
pub struct Checked {
    session: Box<dyn Session>,
    /// That of the first answer, every element of which was compared.
    digest: u64,
    verified: Verified,
    runs: u64,
    last_run: Duration,
    /// What the checks have taken since the step last ran.
    since: Duration,
}

/// Why there is no answer, or none that is right.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// The step cannot run here, or failed.
    Step(StepError),
    /// The answer is wrong.
    Wrong {
        /// Right answers before it.
        after: u64,
        /// What is wrong with it.
        mismatch: Box<Mismatch>,
    },
}

impl From<StepError> for NoAnswer {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(error) => error.fmt(f),
            Self::Wrong { after: 0, mismatch } => mismatch.fmt(f),
            Self::Wrong { after, mismatch } => write!(f, "wrong in run {}, not before: {mismatch}", after + 1),
        }
    }
}

impl std::error::Error for NoAnswer {}

/// Whether what took `since` may be seen in the time of a run that takes `run`.
fn disturbed(since: Duration, run: Duration) -> bool {
    since.saturating_mul(DISTURBANCE) > run
}

impl Checked {
    /// Runs a step for the first time, and compares every element of its answer.
    ///
    /// # Errors
    /// When the run fails, or the answer is wrong.
    pub fn start(mut session: Box<dyn Session>) -> Result<Self, NoAnswer> {
        session.poison();
        let started = Instant::now();
        session.run()?;
        let last_run = started.elapsed();
        let verified =
            session.verify().map_err(|mismatch| NoAnswer::Wrong { after: 0, mismatch: Box::new(mismatch) })?;
        let started = Instant::now();
        let digest = session.digest();
        // The first comparison may have computed the reference too. It reads the output, and the reference once or twice.
        let since = started.elapsed() * 4;
        Ok(Self { session, digest, verified, runs: 1, last_run, since })
    }

    /// Runs the step once, and says how long that took. What it wrote is right.
    ///
    /// # Errors
    /// When the run fails, or the answer is wrong.
    pub fn run(&mut self) -> Result<Duration, NoAnswer> {
        self.run_by(|| ()).map(|(time, _)| time)
    }

    /// The same, and what another clock said right before the run and right after it.
    ///
    /// # Errors
    /// When the run fails, or the answer is wrong.
    pub fn run_by<T>(&mut self, clock: impl Fn() -> T) -> Result<(Duration, [T; 2]), NoAnswer> {
        self.session.poison_places(self.runs);
        let before = clock();
        let started = Instant::now();
        self.session.run()?;
        self.last_run = started.elapsed();
        let after = clock();
        let started = Instant::now();
        self.check().map_err(|mismatch| NoAnswer::Wrong { after: self.runs, mismatch: Box::new(mismatch) })?;
        self.since = started.elapsed();
        self.runs += 1;
        Ok((self.last_run, [before, after]))
    }

    fn check(&mut self) -> Result<(), Mismatch> {
        if self.session.bits_may_change() {
            let verified = self.session.verify()?;
            self.verified.differing = self.verified.differing.max(verified.differing);
            self.verified.largest_error = self.verified.largest_error.max(verified.largest_error);
        } else if self.session.digest() != self.digest {
            // Which element it is, only this knows.
            self.session.verify()?;
            return Err(Mismatch::Changed { problem: self.session.problem() });
        }
        Ok(())
    }

    /// Leaves the caches as the step itself leaves them, for the sake of the next time that is taken: runs the step once more off
    /// the clock, if the last check took so long that it could be seen. What is read in a moment can cost or save the next run
    /// no more than a moment; so nothing is done where the output is small or the check took less than a fiftieth of the run.
    ///
    /// That run cannot be checked, or the caches would be moved again; it has no time, so that every time is still that of a
    /// right answer. The second run of all is checked in any case, for the sake of steps that go wrong every other time.
    ///
    /// # Errors
    /// When a run fails, or the answer of the second one is wrong.
    pub fn settle(&mut self) -> Result<(), NoAnswer> {
        if self.session.output_bytes() > NEAR && disturbed(self.since, self.last_run) {
            if self.runs == 1 {
                self.run()?;
            }
            self.session.run()?;
            self.since = Duration::ZERO;
        }
        Ok(())
    }

    /// Says that something else has had the processor and its caches for so long since the last run: another step, in a race.
    pub fn disturbed(&mut self, by: Duration) {
        self.since += by;
    }

    /// What was found of the answers so far: of each number the largest.
    pub fn verified(&self) -> Verified {
        self.verified
    }

    /// The session, with the answer of the last run.
    pub fn session(&self) -> &dyn Session {
        &*self.session
    }

    /// The session, to ask it what only a session that may change says.
    pub fn session_mut(&mut self) -> &mut dyn Session {
        &mut *self.session
    }

    /// Ends what was prepared.
    ///
    /// # Errors
    /// When a device, a process or a thread fails while it ends.
    pub fn finish(self) -> Result<(), StepError> {
        self.session.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_disturbs_a_run_that_is_not_much_longer() {
        let milliseconds = Duration::from_millis;
        assert!(disturbed(milliseconds(4), milliseconds(60)));
        assert!(!disturbed(milliseconds(4), milliseconds(3000)));
        assert!(!disturbed(Duration::ZERO, Duration::ZERO), "nothing was read");
        assert!(!disturbed(milliseconds(1), milliseconds(50)) && disturbed(milliseconds(1), milliseconds(49)));
    }
}
