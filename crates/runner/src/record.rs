//! What there is to say of a step once it has run: its times, its verdict, its distance from the limit.

use std::collections::BTreeMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use validation::{Ceiling, Checked, NoAnswer, Precision, Session, Settings, SharedInput, StepError, StepInfo, Work};

use crate::chapters::ChapterInfo;
use crate::ladder_step::LadderStep;
use crate::limits::{BELIEVABLE, limit, measured_again};
use crate::measure::{Budget, Timing, milliseconds, time, time_in_turn};
use crate::screen::panic_text;

/// How a step came out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The answer is right.
    Ok,
    /// The answer differs, as it should: that is the step's lesson.
    Different,
    /// The step cannot run on this machine.
    Unavailable,
    /// The answer is wrong, or there is none.
    Wrong,
}

impl Status {
    /// The word of the tables and result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Different => "different",
            Self::Unavailable => "unavailable",
            Self::Wrong => "WRONG",
        }
    }
}

/// What a chapter says of a step, as it stands in a result file. What there is nothing to say of is `None`, never NaN.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct StepRecord {
    /// The number of the chapter that teaches the step.
    pub chapter: Option<u32>,
    /// The crate that teaches the step.
    #[serde(rename = "crate")]
    pub crate_name: String,
    /// The problem's name.
    pub problem: String,
    /// The step's name.
    pub step: String,
    /// The program that it stands for.
    pub mirrors: String,
    /// How it came out.
    pub status: Status,
    /// Why it is not `ok`, or how far an answer with a tolerance strays.
    pub reason: Option<String>,
    /// The shortest time of a run, in milliseconds.
    pub best_ms: Option<f64>,
    /// The time in the middle, in milliseconds.
    pub median_ms: Option<f64>,
    /// How far the quartiles of the times lie apart, in percent of the time in the middle.
    pub spread_percent: Option<f64>,
    /// Timed runs.
    pub runs: Option<usize>,
    /// The time of what a program does once: pools, devices, another layout.
    pub prepare_ms: Option<f64>,
    /// The best time of the chapter's first step of this problem over the best time of this one.
    pub speedup: Option<f64>,
    /// Necessary floating-point operations by time.
    pub gflops: Option<f64>,
    /// Necessary bytes by time.
    pub gbytes_per_s: Option<f64>,
    /// The time that the hardware allows over the best time, in percent: the processor, or the device that computes. `None` too where
    /// the step was faster than the limit, measured twice: that measurement has failed.
    pub percent_of_limit: Option<f64>,
    /// Threads or processes that computed.
    pub threads: Option<usize>,
    /// The name of the device that computed, if it is not the processor.
    pub device: Option<String>,
    /// The shortest time of the kernels of a run by that device's own clock, in milliseconds.
    pub kernel_ms: Option<f64>,
    /// The sizes of the input.
    pub input: BTreeMap<String, u64>,
    /// The validation sum of the answer: a string, as integers exceed doubles.
    pub validation_sum: Option<String>,
    /// The times of the runs, in their order; not in result files.
    #[serde(skip)]
    pub times: Vec<Duration>,
    /// How far the step went beyond its limit where that measurement has failed, in percent of it; not in result files.
    #[serde(skip)]
    pub beyond_limit: Option<f64>,
}

impl StepRecord {
    /// The shortest time of a run, in milliseconds, for a part of a chapter that makes no sense without it.
    ///
    /// # Errors
    /// When there is no time: why the step cannot run here, or how it failed.
    pub fn measured(&self) -> Result<f64, StepError> {
        self.best_ms.ok_or_else(|| {
            let why = self.reason.clone().unwrap_or_default();
            match self.status {
                Status::Unavailable => StepError::Unavailable(why),
                _ => StepError::Failed(format!("{}: {why}", self.step)),
            }
        })
    }

    pub(crate) fn new(info: &StepInfo, input: &SharedInput) -> Self {
        Self {
            chapter: ChapterInfo::of_module(info.module).map(|chapter| chapter.number),
            crate_name: info.crate_name().to_owned(),
            problem: info.problem.to_owned(),
            step: info.name.to_owned(),
            mirrors: info.mirrors.to_owned(),
            status: Status::Ok,
            reason: None,
            best_ms: None,
            median_ms: None,
            spread_percent: None,
            runs: None,
            prepare_ms: None,
            speedup: None,
            gflops: None,
            gbytes_per_s: None,
            percent_of_limit: None,
            threads: None,
            device: None,
            kernel_ms: None,
            input: input.sizes().into_iter().map(|(name, size)| (name.to_owned(), size)).collect(),
            validation_sum: None,
            times: Vec::new(),
            beyond_limit: None,
        }
    }

    fn wrong(self, reason: impl ToString) -> Self {
        Self { status: Status::Wrong, reason: Some(reason.to_string()), ..self }
    }

    fn timed(self, timing: &Timing) -> Self {
        Self {
            best_ms: Some(timing.best_ms()),
            median_ms: Some(timing.median_ms()),
            spread_percent: Some(timing.spread_percent()),
            runs: Some(timing.runs()),
            times: timing.in_order().to_vec(),
            ..self
        }
    }
}

/// Runs a step as it must be run: prepared off the clock, warmed up, the answer of each run checked (see [`Checked`]), and set against
/// the hardware's limit. `see` is shown the answer when it is right.
pub fn run_step(
    step: LadderStep<'_>,
    input: &SharedInput,
    settings: &Settings,
    budget: &Budget,
    see: &mut dyn FnMut(&dyn Session),
) -> StepRecord {
    let record = StepRecord::new(step.info(), input);
    // A step that panics is a step that is wrong: the others are still shown.
    let outcome = catch_unwind(AssertUnwindSafe(|| measure(step, input, settings, budget, see, record.clone())));
    match outcome {
        Ok(Ok(record)) => record,
        Ok(Err(NoAnswer::Step(StepError::Unavailable(why)))) => {
            StepRecord { status: Status::Unavailable, reason: Some(why), ..record }
        }
        Ok(Err(error)) => record.wrong(error),
        Err(panic) => {
            let record = record.wrong(format!("panicked: {}", panic_text(&*panic)));
            // What was thrown may panic once more when it is dropped.
            mem::forget(panic);
            record
        }
    }
}

fn measure(
    step: LadderStep<'_>,
    input: &SharedInput,
    settings: &Settings,
    budget: &Budget,
    see: &mut dyn FnMut(&dyn Session),
    record: StepRecord,
) -> Result<StepRecord, NoAnswer> {
    let mut running = Running::start(step, input, settings)?;
    let timing = time(budget, || running.run())?;
    running.end(&timing, input, see, record)
}

/// Runs two steps in turn, each as [`run_step`] would, so that their times make pairs. Where one of them cannot run or is wrong, there
/// are no pairs, and each is run by itself.
pub fn race(
    steps: [LadderStep<'_>; 2],
    input: &SharedInput,
    settings: &Settings,
    budget: &Budget,
    see: &mut dyn FnMut(&dyn Session),
) -> [StepRecord; 2] {
    let mut raced = || {
        let mut running = [Running::start(steps[0], input, settings)?, Running::start(steps[1], input, settings)?];
        let timings = time_in_turn(budget, |turn| {
            let elapsed = running[turn].run()?;
            // The other one does not find the caches as it left them.
            running[1 - turn].checked.disturbed(elapsed);
            Ok::<_, NoAnswer>(elapsed)
        })?;
        let [first, second] = running;
        let record = |turn: usize| StepRecord::new(steps[turn].info(), input);
        Ok::<_, NoAnswer>([
            first.end(&timings[0], input, see, record(0))?,
            second.end(&timings[1], input, see, record(1))?,
        ])
    };
    match catch_unwind(AssertUnwindSafe(&mut raced)) {
        Ok(Ok(records)) => records,
        outcome => {
            // As in `run_step`.
            outcome.map(drop).unwrap_or_else(mem::forget);
            steps.map(|step| run_step(step, input, settings, budget, see))
        }
    }
}

/// A step that is being timed.
struct Running<'a> {
    info: &'a StepInfo,
    checked: Checked,
    kernel_times: Vec<Duration>,
}

impl<'a> Running<'a> {
    fn start(step: LadderStep<'a>, input: &SharedInput, settings: &Settings) -> Result<Self, NoAnswer> {
        let checked = Checked::start(step.start(input, settings)?)?;
        Ok(Self { info: step.info(), checked, kernel_times: Vec::new() })
    }

    fn run(&mut self) -> Result<Duration, NoAnswer> {
        self.checked.settle()?;
        let elapsed = self.checked.run()?;
        self.kernel_times.extend(self.checked.session().kernel_time());
        Ok(elapsed)
    }

    /// What there is to say of it.
    fn end(
        self,
        timing: &Timing,
        input: &SharedInput,
        see: &mut dyn FnMut(&dyn Session),
        record: StepRecord,
    ) -> Result<StepRecord, NoAnswer> {
        let Self { info, mut checked, kernel_times } = self;
        see(checked.session());
        let work = input.work();
        let per_second = |amount: u64| (amount > 0).then(|| amount as f64 / timing.best_ms() / 1e6);
        let of_limit = percent_of_limit(info, &work, checked.session_mut(), timing.best_ms());
        let (status, reason) = match info.precision {
            Precision::Different { why, .. } => (Status::Different, Some(why.to_owned())),
            Precision::Within { .. } => {
                let largest = checked.verified().largest_error;
                (Status::Ok, Some(format!("{}; the largest error is {largest:.2e}", info.precision)))
            }
            Precision::Exact | Precision::ExactSingle => (Status::Ok, None),
        };
        let session = checked.session();
        let record = StepRecord {
            status,
            reason,
            prepare_ms: session.prepare_time().map(milliseconds),
            gflops: if info.changes_the_algorithm { None } else { per_second(work.flops()) },
            gbytes_per_s: per_second(work.bytes()),
            percent_of_limit: of_limit.filter(|percent| *percent <= BELIEVABLE),
            beyond_limit: of_limit.filter(|percent| *percent > BELIEVABLE),
            threads: Some(session.threads()),
            device: session.device().map(str::to_owned),
            kernel_ms: kernel_times.into_iter().min().map(milliseconds),
            validation_sum: Some(session.validation_sum()),
            ..record
        };
        checked.finish()?;
        Ok(record.timed(timing))
    }
}

/// How near a step comes to what the hardware allows, in percent. A limit that a step beats is measured once more, with new buffers.
fn percent_of_limit(info: &StepInfo, work: &Work, session: &mut dyn Session, best_ms: f64) -> Option<f64> {
    let percent = |allowed: f64| 100.0 * allowed / best_ms;
    let first = percent(allowed_ms(info, work, session)?);
    if first <= BELIEVABLE || session.device().is_some() {
        return Some(first);
    }
    measured_again(work, session.threads()).map(|limit| percent(limit.ms())).or(Some(first))
}

/// The shortest time that the hardware allows for the work of a step, in milliseconds. `None` if the step does other work or nobody
/// has measured what it runs on. The processor is measured in double precision only; a device says what holds for its step.
fn allowed_ms(info: &StepInfo, work: &Work, session: &mut dyn Session) -> Option<f64> {
    let exact = matches!(info.precision, Precision::Exact | Precision::ExactSingle);
    if info.changes_the_algorithm || !exact {
        return None;
    }
    match session.ceiling(work) {
        Ceiling::Processor if info.precision == Precision::Exact => {
            limit(work, session.threads()).map(|limit| limit.ms())
        }
        Ceiling::Device(time) => Some(milliseconds(time)),
        Ceiling::Processor | Ceiling::Unknown => None,
    }
}

/// What is said of a step whose problem is too small here to show what its chapter teaches; `None` if it is not.
pub(crate) fn too_small(record: &StepRecord) -> Option<String> {
    let sizes = record.input.iter().map(|(name, size)| (name.as_str(), *size));
    ChapterInfo::numbered(record.chapter?)?.too_small(&record.problem, sizes)
}

/// Fills in the speedups against the first record that has a time.
pub fn add_speedups(records: &mut [StepRecord]) {
    let base = records.first().and_then(|record| record.best_ms);
    for record in records {
        record.speedup = base.zip(record.best_ms).filter(|(_, best)| *best > 0.0).map(|(base, best)| base / best);
    }
}
