//! Our steps and other people's programs, in turn, in one run: only such times make a ratio.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use runner::output::{check_writable, create_folder, default_out, shown, write_json};
use runner::plot::{Bar, bars};
use runner::{Failure, Progress, Screen, Selection, Status, Timing, nearest, plain_table};
use serde::{Deserialize, Serialize};
use validation::{Ceiling, Checked, NoAnswer, Precision, Settings, SharedInput, StepError};

use crate::catalog::{Found, all, ladders, of_problem, problems};
use crate::command::CompareArgs;
use crate::peer::{Peer, PeerProcess, peers};
use crate::record::keep_comparison;
use crate::source::root;

/// What is said of a step or a peer, as it stands in a result file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) problem: String,
    /// `kernels expanded`, `g++ expanded`.
    pub(crate) name: String,
    pub(crate) mirrors: String,
    /// What a peer says of its version.
    pub(crate) version: Option<String>,
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) best_ms: Option<f64>,
    pub(crate) median_ms: Option<f64>,
    pub(crate) runs: Option<usize>,
    /// Whose times the ratios are divided by.
    pub(crate) base: String,
    /// Best time over the base's best time.
    pub(crate) ratio_of_best: Option<f64>,
    /// The median of the ratios of the runs that were made right after each other.
    pub(crate) ratio_of_pairs: Option<f64>,
    /// The device that computed, if it is not the processor and says its name.
    pub(crate) device: Option<String>,
    /// The shortest time of the kernels of a run, by the device's own clock.
    pub(crate) kernel_ms: Option<f64>,
    /// What the device cannot do the same work in less time than, in the precision of the step.
    pub(crate) device_limit_ms: Option<f64>,
    pub(crate) input: BTreeMap<String, u64>,
    pub(crate) validation_sum: Option<String>,
}

/// Who takes part.
struct Contender {
    name: String,
    mirrors: String,
    kind: Kind,
    times: Vec<Duration>,
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

/// Runs the comparison of one problem, or of each that has peers.
pub(crate) fn compare(args: &CompareArgs) -> Result<(), Failure> {
    let screen = Screen;
    let root = root().map_err(|error| Failure::Io(error.to_string()))?;
    let ladders = ladders();
    let peers = peers(&root)?;
    let chosen: Vec<String> = match &args.problem {
        Some(problem) => {
            of_problem(&ladders, problem)?;
            vec![problem.clone()]
        }
        None => {
            let with_peers = |problem: &String| peers.iter().any(|peer| peer.problem == *problem);
            problems(&ladders).into_iter().filter(with_peers).collect()
        }
    };
    let selection = Selection::new(&args.steps);
    let steps: Vec<_> =
        all(&ladders).into_iter().filter(|found| chosen.iter().any(|p| p == found.ladder.problem())).collect();
    selection.check(steps.iter().map(Found::step))?;
    let wanted = |peer: &&Peer| args.peers.is_empty() || args.peers.iter().any(|part| peer.name.contains(part.trim()));
    if let Some(unknown) = args.peers.iter().find(|part| !peers.iter().any(|peer| peer.name.contains(part.trim()))) {
        let names: Vec<_> = peers.iter().map(|peer| peer.name.clone()).collect();
        return Err(Failure::Usage(nearest("peer", unknown, &names)));
    }
    if args.record.as_ref().is_some_and(|name| !name.is_empty()) && args.problem.is_none() {
        return Err(Failure::Usage("--record=NAME needs a problem: each has a file of its own".to_owned()));
    }
    if args.sizes.size.is_some() && args.problem.is_none() {
        return Err(Failure::Usage("--size needs a problem, to say whose size it is".to_owned()));
    }
    if let Some(json) = &args.json {
        check_writable(json)?;
    }
    let out = default_out();
    create_folder(&out)?;
    let mut entries = Vec::new();
    for problem in &chosen {
        let of_problem: Vec<_> =
            steps.iter().filter(|found| found.ladder.problem() == problem && selection.has(found.step())).collect();
        let mut of_peers: Vec<_> = peers.iter().filter(|peer| peer.problem == *problem).filter(wanted).collect();
        if args.peers.is_empty() {
            // Nobody has asked for them by name, so that one line is enough for all that a card is missing for.
            let (with, without): (Vec<_>, Vec<_>) =
                of_peers.into_iter().partition(|peer| peer.device_missing(&root).is_none());
            if let Some(why) = without.first().and_then(|peer| peer.device_missing(&root)) {
                screen.line(format!("left out are {} peers that need a device: {why}", without.len()))?;
            }
            of_peers = with;
        }
        let found = race(&screen, &root, problem, &of_problem, &of_peers, args)?;
        let plot = out.join(format!("compare-{problem}.svg"));
        draw(&plot, problem, &found)?;
        screen.line(format!("written: {}", shown(&plot)))?;
        match args.record.as_deref() {
            Some("") => keep_comparison(&root, &format!("compare-{problem}"), &found)?,
            Some(name) => keep_comparison(&root, name, &found)?,
            None => {}
        }
        entries.extend(found);
    }
    if let Some(json) = &args.json {
        write_json(json, &entries)?;
    }
    if entries.iter().any(|entry| entry.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}

fn race(
    screen: &Screen,
    root: &Path,
    problem: &str,
    steps: &[&Found<'_>],
    peers: &[&Peer],
    args: &CompareArgs,
) -> Result<Vec<Entry>, Failure> {
    let first = steps.first().ok_or_else(|| Failure::Usage(format!("none of the steps is one of {problem}")))?;
    let input = first.ladder.input(&args.sizes.request(problem, true));
    let input = input.map_err(|error| Failure::Usage(error.to_string()))?;
    let sizes: Vec<_> = input.sizes().iter().map(|(name, size)| format!("{name} {size}")).collect();
    screen.line(format!("{problem}: {}; everybody runs once a round", sizes.join(", ")))?;

    let settings = Settings::default();
    let settings = Settings { threads: args.threads.unwrap_or(settings.threads), ..settings };
    let progress = Progress::new((1 + steps.len() + peers.len()) as u64);
    progress.begin("the reference answer, which everybody's is compared with");
    let expected = input.reference_sum();
    progress.done();
    let mut contenders = Vec::new();
    for step in steps {
        progress.begin(step.step().path());
        contenders.push(Contender::step(step, &input, &settings));
        progress.done();
    }
    for peer in peers {
        progress.begin(&peer.name);
        contenders.push(Contender::peer(peer, root, &input, &expected));
        progress.done();
    }
    drop(progress);

    let rounds = args.rounds.map_or(9, |rounds| rounds as usize);
    let progress = Progress::new((rounds * contenders.len()) as u64);
    for round in 1..=rounds {
        for contender in &mut contenders {
            progress.begin(format_args!("round {round}: {}", contender.name));
            if args.rounds.is_some() || !contender.has_enough() {
                contender.run();
            }
            progress.done();
        }
    }
    drop(progress);

    let base = base(&contenders, args.base.as_deref())?;
    let (base_name, base_times) = (contenders[base].name.clone(), contenders[base].times.clone());
    let entries: Vec<_> =
        contenders.into_iter().map(|contender| contender.entry(problem, &input, &base_name, &base_times)).collect();
    screen.line(table(&entries))?;
    screen.line(format!(
        "validation sum {expected}; ratios to {base_name}, of the best runs and of the pairs (median)"
    ))?;
    for line in reasons(&entries) {
        screen.line(line)?;
    }
    Ok(entries)
}

/// Why some are not `ok`: a line for each reason, with all that it holds for.
fn reasons(entries: &[Entry]) -> Vec<String> {
    let mut reasons: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for entry in entries {
        let Some(why) = entry.reason.as_deref() else { continue };
        match reasons.iter_mut().find(|known| (known.0, known.1) == (word(entry), why)) {
            Some((_, _, names)) => names.push(&entry.name),
            None => reasons.push((word(entry), why, vec![&entry.name])),
        }
    }
    let verb = |names: &[&str]| if names.len() == 1 { "is" } else { "are" };
    reasons.iter().map(|(word, why, names)| format!("{} {} {word}: {why}", names.join(", "), verb(names))).collect()
}

/// Whose times the others are divided by: the one that is named, if it has any, or our last step that does the problem's own work:
/// of those in the processor's own instructions, if there are such.
fn base(contenders: &[Contender], name: Option<&str>) -> Result<usize, Failure> {
    let has_time = |contender: &Contender| !contender.times.is_empty();
    if let Some(name) = name {
        let named = |contender: &Contender| contender.name.contains(name);
        if !contenders.iter().any(named) {
            let names: Vec<_> = contenders.iter().map(|contender| contender.name.clone()).collect();
            return Err(Failure::Usage(nearest("step or peer", name, &names)));
        }
        if let Some(found) = contenders.iter().position(|contender| named(contender) && has_time(contender)) {
            return Ok(found);
        }
        // It could not run. The others have, and what they took is not thrown away.
    }
    let own =
        |contender: &Contender| matches!(contender.kind, Kind::Step { own_work: true, .. }) && has_time(contender);
    let here = |contender: &Contender| match &contender.kind {
        Kind::Step { step, .. } => own(contender) && step.session().device().is_none(),
        _ => false,
    };
    let found = contenders.iter().rposition(here).or_else(|| contenders.iter().rposition(own));
    let found = found.or_else(|| contenders.iter().position(has_time));
    found.ok_or_else(|| Failure::Io("nobody could run".to_owned()))
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

    fn step(found: &Found<'_>, input: &SharedInput, settings: &Settings) -> Self {
        let step = found.step();
        let name = format!("{} {}", step.crate_name(), step.name);
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

    fn peer(peer: &Peer, root: &Path, input: &SharedInput, expected: &str) -> Self {
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
        (self.status, self.reason) = (status, Some(reason));
        self
    }

    /// Two runs and two seconds are enough for a slow program.
    fn has_enough(&self) -> bool {
        self.times.len() >= 2 && self.times.iter().sum::<Duration>() >= Duration::from_secs(2)
    }

    /// Runs once. Whoever fails is out, its times forgotten.
    fn run(&mut self) {
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
                (self.kind, self.status, self.reason) = (Kind::Out, Status::Wrong, Some(why));
                self.times.clear();
                self.kernel_times.clear();
            }
        }
    }

    fn entry(mut self, problem: &str, input: &SharedInput, base: &str, base_times: &[Duration]) -> Entry {
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

/// A peer that is not installed is missing, rather than unavailable.
fn word(entry: &Entry) -> &'static str {
    match entry.status {
        Status::Unavailable => "missing",
        status => status.word(),
    }
}

fn table(entries: &[Entry]) -> String {
    let number =
        |value: Option<f64>, digits: usize| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"));
    let rows = entries.iter().map(|entry| {
        let name = entry.name.clone();
        let (best, median) = (number(entry.best_ms, 2), number(entry.median_ms, 2));
        let (of_best, of_pairs) = (number(entry.ratio_of_best, 3), number(entry.ratio_of_pairs, 3));
        [name, best, median, of_best, of_pairs, word(entry).to_owned()]
    });
    let header = ["who", "best ms", "median ms", "of best", "of pairs", "answer"];
    plain_table(&header, &rows.collect::<Vec<_>>(), &[0, 5])
}

fn draw(path: &Path, problem: &str, entries: &[Entry]) -> Result<(), Failure> {
    let bar = |entry: &Entry| Bar {
        label: entry.name.clone(),
        value: entry.best_ms.unwrap_or(f64::NAN),
        note: entry
            .ratio_of_best
            .map(|ratio| format!("{ratio:.2}"))
            .or_else(|| entry.reason.clone())
            .unwrap_or_default(),
    };
    let drawn = entries.iter().map(bar).collect::<Vec<_>>();
    bars(path, &format!("{problem}: our steps and their peers"), "ms", &drawn, true)
        .map_err(|error| Failure::Io(error.to_string()))
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
