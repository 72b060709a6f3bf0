//! Who takes part in a comparison: one of our steps, or another program, each run once a round.

use std::path::Path;
use std::time::Duration;

use profiling::processor_time;
use runner::{LadderStep, Status, Timing, excerpt};
use validation::{Ceiling, Checked, NoAnswer, Precision, Settings, SharedInput, StepError, StepInfo};

use crate::comparison::Entry;
use crate::peer::{Peer, PeerProcess};

/// Characters of a reason: programs say much when they fail.
const LONGEST: usize = 600;

/// The crates whose steps compute in processes of their own: this one does not see what they take of the processor.
pub(crate) const OTHER_PROCESSES: [&str; 2] = ["multiprocess", "cluster"];

/// Who takes part.
pub(crate) struct Contender {
    pub(crate) name: String,
    mirrors: String,
    kind: Kind,
    times: Vec<Duration>,
    /// Of the processor, all threads together.
    cpu_times: Vec<Duration>,
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
        /// Whether what this process takes of the processor is what the step takes.
        in_this_process: bool,
    },
    Peer {
        process: Box<PeerProcess>,
        exact: bool,
        /// Whether the program itself computes, and no device.
        in_this_process: bool,
        /// The sum that its answer should have, in its precision.
        expected: String,
    },
    /// It cannot take part, or no longer.
    Out,
}

/// One run.
struct Run {
    time: Duration,
    cpu_time: Option<Duration>,
    kernel_time: Option<Duration>,
}

/// Whose times the others are divided by. Without a name there is nobody.
#[derive(Default)]
pub(crate) struct Base {
    pub(crate) name: String,
    times: Vec<Duration>,
    cpu_times: Vec<Duration>,
}

impl Base {
    /// The times of a contender until now.
    pub(crate) fn new(of: &Contender) -> Self {
        Self { name: of.name.clone(), times: of.times.clone(), cpu_times: of.cpu_times.clone() }
    }
}

/// The name of a step among the contenders.
pub(crate) fn name_of(step: &StepInfo) -> String {
    format!("{} {}", step.crate_name(), step.name)
}

/// Whether a part of a name means somebody, in letters of either case: `pypy` is `PyPy expanded.py` too.
pub(crate) fn is_called(name: &str, part: &str) -> bool {
    name.to_lowercase().contains(&part.trim().to_lowercase())
}

/// Whose times the others are divided by: the one that is named, if it has any, or our last step that does the problem's own work:
/// of those in the processor's own instructions, if there are such. Nobody, if nobody could run.
pub(crate) fn base(contenders: &[Contender], name: Option<&str>) -> Option<usize> {
    let has_time = |contender: &Contender| !contender.times.is_empty();
    let named =
        |contender: &Contender| name.is_some_and(|name| is_called(&contender.name, name)) && has_time(contender);
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
        Self {
            name,
            mirrors: mirrors.to_owned(),
            kind,
            times: Vec::new(),
            cpu_times: Vec::new(),
            kernel_times: Vec::new(),
            sum: None,
            status: Status::Ok,
            reason: None,
        }
    }

    /// Prepares a step for an input and runs it once to check its answer. One that cannot run is out, with the reason.
    pub(crate) fn step(found: &LadderStep<'_>, input: &SharedInput, settings: &Settings) -> Self {
        let step = found.info();
        let name = name_of(step);
        let started = found.ladder.start(found.index, input, settings).map_err(NoAnswer::from).and_then(Checked::start);
        let own_work = !step.changes_the_algorithm && step.precision == Precision::Exact;
        let comparable = own_work || (!step.changes_the_algorithm && step.precision == Precision::ExactSingle);
        match (started, step.precision) {
            (Ok(checked), precision) => {
                let in_this_process =
                    !OTHER_PROCESSES.contains(&step.crate_name()) && checked.session().device().is_none();
                let kind = Kind::Step { step: Box::new(checked), own_work, comparable, in_this_process };
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
            Ok(process) => contender(Kind::Peer {
                process: Box::new(process),
                exact: peer.exact,
                in_this_process: !peer.needs_device(),
                expected,
            }),
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

    /// Runs once. A contender that fails is out, its times forgotten.
    pub(crate) fn run(&mut self) {
        let outcome = match &mut self.kind {
            // No step finds the caches as it left them, since the others have run: there is nothing to settle.
            Kind::Step { step, in_this_process, .. } => {
                let outcome = step.run_by(processor_time).map_err(|error| error.to_string());
                outcome.map(|(time, [before, after])| {
                    let cpu_time = before.zip(after).filter(|_| *in_this_process).map(|(before, after)| after - before);
                    Run { time, cpu_time, kernel_time: step.session().kernel_time() }
                })
            }
            Kind::Peer { process, exact, in_this_process, expected } => process.run().and_then(|run| {
                let differs = run.check != *expected;
                self.sum = Some(run.check);
                if differs && *exact {
                    return Err("its answer is wrong".to_owned());
                }
                if differs {
                    self.status = Status::Different;
                }
                let cpu_time = run.cpu_time.filter(|_| *in_this_process);
                Ok(Run { time: run.time, cpu_time, kernel_time: run.kernel_time })
            }),
            Kind::Out => return,
        };
        match outcome {
            Ok(run) => {
                self.times.push(run.time);
                self.cpu_times.extend(run.cpu_time);
                self.kernel_times.extend(run.kernel_time);
            }
            Err(why) => {
                (self.kind, self.status) = (Kind::Out, Status::Wrong);
                self.reason = Some(excerpt(&why, LONGEST));
                self.times.clear();
                self.cpu_times.clear();
                self.kernel_times.clear();
            }
        }
    }

    /// What has come of it, its times in milliseconds and divided by those of the base.
    pub(crate) fn entry(mut self, problem: &str, input: &SharedInput, base: &Base) -> Entry {
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
        let pairs = self.times.iter().zip(&base.times).map(|(&own, &base)| ratio(own, base)).collect::<Vec<_>>();
        let (ratio_of_best, ratio_of_cpu) =
            (ratio_of_best(&self.times, &base.times), ratio_of_best(&self.cpu_times, &base.cpu_times));
        let shortest = |times: &[Duration]| times.iter().min().map(|time| time.as_secs_f64() * 1e3);
        let (cpu_ms, kernel_ms) = (shortest(&self.cpu_times), shortest(&self.kernel_times));
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
            cpu_ms,
            base: base.name.clone(),
            ratio_of_best,
            ratio_of_pairs: median(pairs),
            ratio_of_cpu,
            device,
            kernel_ms,
            device_limit_ms: match device_limit {
                Some(Ceiling::Device(time)) => Some(time.as_secs_f64() * 1e3),
                _ => None,
            },
            input: input.sizes().into_iter().map(|(name, size)| (name.to_owned(), size)).collect(),
            validation_sum: self.sum,
        }
    }
}

fn ratio(own: Duration, base: Duration) -> f64 {
    own.as_secs_f64() / base.as_secs_f64()
}

/// The shortest of these times over the shortest of the base's. Nothing where a clock has not moved.
fn ratio_of_best(own: &[Duration], base: &[Duration]) -> Option<f64> {
    let base = base.iter().min().filter(|base| !base.is_zero())?;
    Some(ratio(*own.iter().min()?, *base))
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
    use super::*;

    #[test]
    fn the_ratio_is_that_of_the_shortest_times() {
        let times = |times: &[u64]| times.iter().copied().map(Duration::from_millis).collect::<Vec<_>>();
        assert_eq!(ratio_of_best(&times(&[30, 20]), &times(&[50, 40, 60])), Some(0.5));
        assert_eq!(ratio_of_best(&[], &times(&[40])), None);
        assert_eq!(ratio_of_best(&times(&[40]), &[]), None);
        assert_eq!(ratio_of_best(&times(&[40]), &times(&[0])), None, "the clock is too coarse");
    }

    #[test]
    fn the_median_is_the_value_in_the_middle_or_the_mean_of_the_two_there() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
