//! Who is measured: a step of ours or another program, and what it does at one size.

use std::env;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use runner::{LadderStep, Status, excerpt};
use validation::memory::{allowed, human};
use validation::{Ladder, Precision};

use super::fit::{expected_bytes, expected_seconds};
use super::point::{Point, Times};
use super::sizes::{Size, name_of_size};
use super::worker::{Answer, Reply, Run};
use crate::contender::{OTHER_PROCESSES, name_of};
use crate::peer::{Peer, PeerProcess};

/// The crates whose best steps are measured when none are named: those that compute on the processors of this machine.
const CRATES: [&str; 4] = ["kernels", "vectorised", "threaded", "multiprocess"];

/// Characters of a reason: programs say much when they fail.
const LONGEST: usize = 300;

/// Once two runs have taken so long together, no further one is begun.
const ENOUGH: Duration = Duration::from_secs(2);

/// One size of a problem, and how it is measured.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) root: &'a Path,
    pub(crate) problem: &'a str,
    pub(crate) size: Size,
    pub(crate) elements: u64,
    /// The right answer.
    pub(crate) answer: &'a Answer,
    pub(crate) threads: NonZeroUsize,
    pub(crate) rounds: u32,
    /// The most that the runs of one step or peer may take.
    pub(crate) seconds: u32,
    /// Whether the user has pressed Ctrl-C.
    pub(crate) interrupted: &'a AtomicBool,
}

/// A step or a peer, over all sizes.
pub(crate) struct Who<'a> {
    name: String,
    kind: Kind<'a>,
    /// The memory at the first size, most of which is the program itself.
    base: Option<u64>,
    last: Option<Last>,
    out: bool,
}

enum Kind<'a> {
    /// The first of these that can be prepared here.
    Steps(Vec<LadderStep<'a>>),
    Peer(&'a Peer),
}

/// What was found at the last size.
struct Last {
    elements: u64,
    ms: f64,
    peak_bytes: Option<u64>,
}

/// What the runs at one size have found.
struct Found {
    times: Vec<Duration>,
    status: Status,
    page_faults: Option<u64>,
    peak_bytes: Option<u64>,
    version: Option<String>,
}

/// Why there is nothing to show, and whether the answer was wrong.
type Nothing = (Status, String);

/// The exact steps of a ladder that are no variants of one above them, the last first: `compiled_threads` is a variant of `compiled`.
fn candidates(ladder: &dyn Ladder) -> Vec<LadderStep<'_>> {
    let steps = ladder.steps();
    let variant =
        |index: usize| steps[..index].iter().any(|above| steps[index].name.starts_with(&format!("{}_", above.name)));
    let candidate = |step: &LadderStep<'_>| step.info().precision == Precision::Exact && !variant(step.index);
    let mut found: Vec<_> = LadderStep::all(ladder).filter(candidate).collect();
    found.reverse();
    found
}

/// The best step of a ladder: the last of its candidates that can be prepared here. None for a crate that computes somewhere else.
pub(crate) fn best_step(ladder: &dyn Ladder) -> Option<Who<'_>> {
    let crate_name = ladder.steps().first()?.crate_name();
    let candidates = candidates(ladder);
    (CRATES.contains(&crate_name) && !candidates.is_empty()).then(|| Who::of(candidates))
}

/// A process of this program that runs a step at a size; without a step it says what the right answer is.
fn worker(problem: &str, step: Option<&str>, size: Size, threads: NonZeroUsize) -> Result<Command, String> {
    let program = env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut command = Command::new(program);
    command.args(["measured", problem]).args(step);
    command.args(["--size", &name_of_size(size), "--threads", &threads.to_string()]);
    Ok(command)
}

/// The right answer at a size, found by a process of its own, whose memory is free afterwards.
///
/// # Errors
/// Why there is none: the size does not fit, or is none of this problem.
pub(crate) fn right_answer(problem: &str, size: Size, threads: NonZeroUsize) -> Result<Answer, String> {
    let (_, reply) = PeerProcess::start::<Reply<Answer>>(worker(problem, None, size, threads)?)?;
    reply.into()
}

impl<'a> Who<'a> {
    /// A step that was asked for.
    pub(crate) fn step(step: LadderStep<'a>) -> Self {
        Self::of(vec![step])
    }

    /// Another program.
    pub(crate) fn peer(peer: &'a Peer) -> Self {
        Self { name: peer.name.clone(), kind: Kind::Peer(peer), base: None, last: None, out: false }
    }

    /// The first of at least one step.
    fn of(steps: Vec<LadderStep<'a>>) -> Self {
        Self { name: name_of(steps[0].info()), kind: Kind::Steps(steps), base: None, last: None, out: false }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Measures it at one size. Nothing after Ctrl-C, and when it has failed at a size before.
    pub(crate) fn at(&mut self, place: &Place<'_>) -> Option<Point> {
        if self.out {
            return None;
        }
        let found = match self.refusal(place) {
            Some(why) => Err((Status::Unavailable, why)),
            None => self.measure(place),
        };
        if place.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let mut point = self.point(place);
        match found {
            Ok(found) => {
                let (elements, bytes) = (place.elements, place.answer.bytes);
                point.times = Times::new(found.times, elements, bytes);
                (point.status, point.version) = (found.status, found.version);
                (point.peak_bytes, point.page_faults) = (found.peak_bytes, found.page_faults);
                if let Some(Times { median_ms, .. }) = point.times {
                    self.last = Some(Last { elements, ms: median_ms, peak_bytes: found.peak_bytes });
                    self.base = self.base.or(found.peak_bytes);
                }
            }
            Err((status, why)) => {
                // One that has no answer has none at a larger size either; the smallest size says whether it can run at all.
                self.out = status == Status::Wrong || self.last.is_none();
                (point.status, point.reason) = (status, Some(excerpt(&why, LONGEST)));
            }
        }
        Some(point)
    }

    /// A measurement at a size, without what has to be measured.
    fn point(&self, place: &Place<'_>) -> Point {
        let Answer { input, operations, bytes, .. } = place.answer;
        let each = |number: u64| Some(number as f64 / place.elements as f64);
        Point {
            bytes: *bytes,
            bytes_an_element: each(*bytes),
            operations_an_element: each(*operations),
            input: input.clone(),
            elements: place.elements,
            ..Point::left_out(place.problem, &self.name, &name_of_size(place.size))
        }
    }

    /// Why this size is not begun, going by the one before it.
    fn refusal(&self, place: &Place<'_>) -> Option<String> {
        let last = self.last.as_ref()?;
        let seconds = expected_seconds((last.ms, last.elements), place.elements, place.rounds);
        if seconds > f64::from(place.seconds) {
            return Some(format!("its runs would take about {seconds:.0} s, more than --seconds {}", place.seconds));
        }
        let bytes = expected_bytes(self.base?, (last.peak_bytes?, last.elements), place.elements);
        let allowed = allowed();
        (bytes > allowed).then(|| {
            let [needed, allowed] = [bytes, allowed].map(human);
            format!("it would need about {needed} of memory, and {allowed} may be used (80 % of what is available)")
        })
    }

    fn measure(&mut self, place: &Place<'_>) -> Result<Found, Nothing> {
        match &mut self.kind {
            Kind::Peer(peer) => measure_peer(peer, place),
            Kind::Steps(steps) => {
                let (step, process) = first_that_starts(steps, place)?;
                // From now on it is this one.
                self.name = name_of(step.info());
                *steps = vec![step];
                measure_step(&step, process, place)
            }
        }
    }
}

/// The first step that can be prepared, and its process.
fn first_that_starts<'a>(
    steps: &[LadderStep<'a>],
    place: &Place<'_>,
) -> Result<(LadderStep<'a>, PeerProcess), Nothing> {
    let mut refused = String::new();
    for step in steps {
        match start_step(step, place).map_err(broken)? {
            Ok(process) => return Ok((*step, process)),
            Err(why) => refused = why,
        }
    }
    Err((Status::Unavailable, refused))
}

/// There is no answer.
fn broken(why: String) -> Nothing {
    (Status::Wrong, why)
}

/// Runs a step that is prepared.
fn measure_step(step: &LadderStep<'_>, mut process: PeerProcess, place: &Place<'_>) -> Result<Found, Nothing> {
    let mut page_faults = None;
    let times = rounds(place, || {
        let reply: Reply<Run> = process.ask().map_err(broken)?;
        let run = Result::from(reply).map_err(|why: String| (Status::Unavailable, why))?;
        if (run.digest, &run.sum) != (place.answer.digest, &place.answer.sum) {
            return Err(broken(format!("its answer is wrong: the sum is {}, expected {}", run.sum, place.answer.sum)));
        }
        page_faults = [page_faults, run.page_faults].into_iter().flatten().min();
        Duration::try_from_secs_f64(run.seconds).map_err(|error| broken(error.to_string()))
    })?;
    let alone = !OTHER_PROCESSES.contains(&step.info().crate_name());
    let peak_bytes = process.peak_bytes().filter(|_| alone);
    Ok(Found { times, status: Status::Ok, page_faults, peak_bytes, version: None })
}

/// Starts a process that has prepared a step; the inner error is why the step cannot be prepared here.
fn start_step(step: &LadderStep<'_>, place: &Place<'_>) -> Result<Result<PeerProcess, String>, String> {
    let command = worker(place.problem, Some(&step.info().path()), place.size, place.threads)?;
    let (process, reply) = PeerProcess::start::<Reply<()>>(command)?;
    Ok(Result::from(reply).map(|()| process))
}

/// Starts another program, and runs it.
fn measure_peer(peer: &Peer, place: &Place<'_>) -> Result<Found, Nothing> {
    let unavailable = |why: String| (Status::Unavailable, why);
    if let Some(why) = peer.missing(place.root) {
        return Err(unavailable(why));
    }
    let sizes: Vec<_> = place.answer.input.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    let mut process = peer.start(place.root, &sizes).map_err(unavailable)?;
    let mut status = Status::Ok;
    let times = rounds(place, || {
        let run = process.run().map_err(unavailable)?;
        match run.check == place.answer.sum {
            false if peer.exact => return Err((Status::Wrong, "its answer is wrong".to_owned())),
            false => status = Status::Different,
            true => {}
        }
        Ok(run.time)
    })?;
    let (peak_bytes, version) = (process.peak_bytes(), process.version.clone());
    Ok(Found { times, status, page_faults: None, peak_bytes, version })
}

/// The times of the rounds at one size, after a run that is checked and not counted.
fn rounds(place: &Place<'_>, mut run: impl FnMut() -> Result<Duration, Nothing>) -> Result<Vec<Duration>, Nothing> {
    run()?;
    let mut times: Vec<Duration> = Vec::new();
    while times.len() < place.rounds as usize {
        if times.len() >= 2 && times.iter().sum::<Duration>() >= ENOUGH {
            break;
        }
        if place.interrupted.load(Ordering::Relaxed) {
            return Err((Status::Unavailable, "interrupted".to_owned()));
        }
        times.push(run()?);
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ladders;

    #[test]
    fn the_best_step_of_a_ladder_is_its_last_that_is_exact_and_no_variant() {
        for ladder in ladders() {
            let names: Vec<_> = candidates(&*ladder).iter().map(|step| step.info().name).collect();
            assert!(!names.iter().any(|name| ["compiled_threads", "cycles_portable"].contains(name)), "{names:?}");
            let exact = candidates(&*ladder).iter().all(|step| step.info().precision == Precision::Exact);
            assert!(exact && names.len() <= ladder.steps().len());
        }
        let ladders = ladders();
        let of_problem = |problem: &'static str| ladders.iter().filter(move |ladder| ladder.problem() == problem);
        let best: Vec<_> = of_problem("expression").filter_map(|ladder| best_step(&**ladder)).collect();
        let names: Vec<_> = best.iter().map(Who::name).collect();
        for expected in ["kernels quadrants", "vectorised compiled", "vectorised streamed", "threaded streamed"] {
            assert!(names.contains(&expected), "{expected}: {names:?}");
        }
        assert!(!names.iter().any(|name| name.starts_with("gpu")), "{names:?}");
    }

    #[test]
    fn two_long_runs_are_enough_and_the_first_is_not_counted() {
        let interrupted = AtomicBool::new(false);
        let answer = Answer { input: Default::default(), operations: 4, bytes: 24, sum: "1".to_owned(), digest: 1 };
        let place = Place {
            root: Path::new("."),
            problem: "expression",
            size: (1, None),
            elements: 1,
            answer: &answer,
            threads: NonZeroUsize::MIN,
            rounds: 5,
            seconds: 60,
            interrupted: &interrupted,
        };
        let count = |each: u64| {
            let mut made = 0;
            let times = rounds(&place, || {
                made += 1;
                Ok(Duration::from_millis(each))
            });
            (made, times.unwrap().len())
        };
        assert_eq!((count(1), count(1500)), ((6, 5), (3, 2)));
        interrupted.store(true, Ordering::Relaxed);
        assert!(rounds(&place, || Ok(Duration::from_millis(1))).is_err(), "nothing more after Ctrl-C");
    }
}
