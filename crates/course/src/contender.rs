//! Who takes part in a comparison: one of our steps, or another program, each run once a round.

use std::path::Path;
use std::time::Duration;

use runner::{Status, Timing, excerpt};
use validation::{Ceiling, Checked, NoAnswer, Precision, Settings, SharedInput, StepError, StepInfo};

use crate::catalog::Found;
use crate::comparison::Entry;
use crate::peer::{Peer, PeerProcess};

/// Characters of a reason: programs say much when they fail.
const LONGEST: usize = 600;

/// Who takes part.
pub(crate) struct Contender {
    pub(crate) name: String,
    mirrors: String,
    kind: Kind,
    pub(crate) times: Vec<Duration>,
    kernel_times: Vec<Duration>,
    /// The sum of the last run.
    sum: Option<String>,
    status: Status,
    reason: Option<String>,
}

enum Kind {
    Step {
        step: Box<Checked>,
        own_work: bool,
        /// Whether what the hardware allows says something about it.
        comparable: bool,
    },
    Peer {
        process: Box<PeerProcess>,
        exact: bool,
        /// The sum that its answer should have, in its precision.
        expected: String,
    },
    /// It cannot take part, or no longer.
    Out,
}

/// The name of a step among the contenders.
pub(crate) fn name_of(step: &StepInfo) -> String {
    format!("{} {}", step.crate_name(), step.name)
}

/// Whose times the others are divided by: the one that is named, if it has any, or our last step that does the problem's own work:
/// of those in the processor's own instructions, if there are such. Nobody, if nobody could run.
pub(crate) fn base(contenders: &[Contender], name: Option<&str>) -> Option<usize> {
    let has_time = |contender: &Contender| !contender.times.is_empty();
    let named = |contender: &Contender| name.is_some_and(|name| contender.name.contains(name)) && has_time(contender);
    let own =
        |contender: &Contender| matches!(contender.kind, Kind::Step { own_work: true, .. }) && has_time(contender);
    let here = |contender: &Contender| match &contender.kind {
        Kind::Step { step, .. } => own(contender) && step.session().device().is_none(),
        _ => false,
    };
    // One that is named and could not run is no base. The others have run, and what they took is not thrown away.
    let found = contenders.iter().position(named).or_else(|| contenders.iter().rposition(here));
    found.or_else(|| contenders.iter().rposition(own)).or_else(|| contenders.iter().position(has_time))
}

impl Contender {
    fn new(name: String, mirrors: &str, kind: Kind) -> Self {
        let (times, kernel_times) = (Vec::new(), Vec::new());
        Self {
            name,
            mirrors: mirrors.to_owned(),
            kind,
            times,
            kernel_times,
            sum: None,
            status: Status::Ok,
            reason: None,
        }
    }

    /// Prepares a step for an input and runs it once to check its answer. One that cannot run is out, with the reason.
    pub(crate) fn step(found: &Found<'_>, input: &SharedInput, settings: &Settings) -> Self {
        let step = found.step();
        let name = name_of(step);
        let started = found.ladder.start(found.index, input, settings).map_err(NoAnswer::from).and_then(Checked::start);
        let own_work = !step.changes_the_algorithm && step.precision == Precision::Exact;
        let comparable = own_work || (!step.changes_the_algorithm && step.precision == Precision::ExactSingle);
        match (started, step.precision) {
            (Ok(checked), precision) => {
                let kind = Kind::Step { step: Box::new(checked), own_work, comparable };
                let contender = Self::new(name, step.mirrors, kind);
                match precision {
                    Precision::Different { why, .. } => contender.out(Status::Different, why.to_owned()),
                    _ => contender,
                }
            }
            (Err(NoAnswer::Step(StepError::Unavailable(why))), _) => {
                Self::new(name, step.mirrors, Kind::Out).out(Status::Unavailable, why)
            }
            (Err(error), _) => Self::new(name, step.mirrors, Kind::Out).out(Status::Wrong, error.to_string()),
        }
    }

    /// Starts a peer with the sizes of an input. `expected` is the sum that an answer in double precision has. One that cannot run
    /// is out, with the reason.
    pub(crate) fn peer(peer: &Peer, root: &Path, input: &SharedInput, expected: &str) -> Self {
        let contender = |kind| Self::new(peer.name.clone(), &peer.mirrors, kind);
        if let Some(why) = peer.missing(root) {
            return contender(Kind::Out).out(Status::Unavailable, why);
        }
        let expected = if peer.single { input.single_reference_sum() } else { Some(expected.to_owned()) };
        let Some(expected) = expected else {
            let why = format!("{} has no answer in single precision to compare with", peer.problem);
            return contender(Kind::Out).out(Status::Wrong, why);
        };
        match peer.start(root, &input.sizes()) {
            Ok(process) => contender(Kind::Peer { process: Box::new(process), exact: peer.exact, expected }),
            // A card is there, and a package that wants another driver or toolkit: it gave no answer, right or wrong.
            Err(why) if peer.needs_device() => contender(Kind::Out).out(Status::Unavailable, why),
            Err(why) => contender(Kind::Out).out(Status::Wrong, why),
        }
    }

    fn out(mut self, status: Status, reason: String) -> Self {
        (self.status, self.reason) = (status, Some(excerpt(&reason, LONGEST)));
        self
    }

    /// Two runs and two seconds are enough for a slow program.
    pub(crate) fn has_enough(&self) -> bool {
        self.times.len() >= 2 && self.times.iter().sum::<Duration>() >= Duration::from_secs(2)
    }

    /// Runs once. Whoever fails is out, its times forgotten.
    pub(crate) fn run(&mut self) {
        let outcome = match &mut self.kind {
            // Nobody finds the caches as he left them, since the others have run: there is nothing to settle.
            Kind::Step { step, .. } => {
                let outcome = step.run().map_err(|error| error.to_string());
                outcome.map(|time| (time, step.session().kernel_time()))
            }
            Kind::Peer { process, exact, expected } => process.run().and_then(|run| {
                let differs = run.check != *expected;
                self.sum = Some(run.check);
                match (differs, *exact) {
                    (true, true) => Err("its answer is wrong".to_owned()),
                    (true, false) => {
                        self.status = Status::Different;
                        Ok((run.time, run.kernel_time))
                    }
                    (false, _) => Ok((run.time, run.kernel_time)),
                }
            }),
            Kind::Out => return,
        };
        match outcome {
            Ok((time, kernel_time)) => {
                self.times.push(time);
                self.kernel_times.extend(kernel_time);
            }
            Err(why) => {
                (self.kind, self.status) = (Kind::Out, Status::Wrong);
                self.reason = Some(excerpt(&why, LONGEST));
                self.times.clear();
                self.kernel_times.clear();
            }
        }
    }

    /// What has come of it, its times in milliseconds and divided by those of the base.
    pub(crate) fn entry(mut self, problem: &str, input: &SharedInput, base: &str, base_times: &[Duration]) -> Entry {
        let version = match &self.kind {
            Kind::Peer { process, .. } => process.version.clone(),
            _ => None,
        };
        if let Kind::Step { step, .. } = &self.kind {
            self.sum = Some(step.session().validation_sum());
        }
        let (device, device_limit) = match &mut self.kind {
            Kind::Step { step, comparable, .. } => {
                let allowed = if *comparable { step.session_mut().ceiling(&input.work()) } else { Ceiling::Unknown };
                (step.session().device().map(str::to_owned), Some(allowed))
            }
            _ => (None, None),
        };
        let ratio = |own: Duration, base: Duration| own.as_secs_f64() / base.as_secs_f64();
        let pairs = self.times.iter().zip(base_times).map(|(&own, &base)| ratio(own, base)).collect::<Vec<_>>();
        let best = self.times.iter().min().zip(base_times.iter().min());
        let ratio_of_best = best.map(|(&own, &base)| ratio(own, base));
        let timing = Timing::new(self.times);
        Entry {
            problem: problem.to_owned(),
            name: self.name,
            mirrors: self.mirrors,
            version,
            status: self.status,
            reason: self.reason,
            best_ms: timing.as_ref().map(Timing::best_ms),
            median_ms: timing.as_ref().map(Timing::median_ms),
            runs: timing.as_ref().map(Timing::runs),
            base: base.to_owned(),
            ratio_of_best,
            ratio_of_pairs: median(pairs),
            device,
            kernel_ms: self.kernel_times.iter().min().map(|time| time.as_secs_f64() * 1e3),
            device_limit_ms: match device_limit {
                Some(Ceiling::Device(time)) => Some(time.as_secs_f64() * 1e3),
                _ => None,
            },
            input: input.sizes().into_iter().map(|(name, size)| (name.to_owned(), size)).collect(),
            validation_sum: self.sum,
        }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_value_in_the_middle_or_the_mean_of_the_two_there() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
