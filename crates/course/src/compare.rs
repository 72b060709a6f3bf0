//! Our steps and other people's programs, in turn, in one run: only such times make a ratio.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runner::output::{Kept, check_writable, default_out, shown, writable_folder};
use runner::plot::{Bar, Bars, Chart, Scale};
use runner::{Failure, LIST, Progress, Screen, Selection, Status, Timing, excerpt, nearest, plain_table};
use serde::{Deserialize, Serialize};
use validation::{
    Ceiling, Checked, Ladder, NoAnswer, Precision, Settings, SharedInput, SizeRequest, StepError, StepInfo,
};

use crate::catalog::{Found, all, ladders, of_problem};
use crate::command::CompareArgs;
use crate::peer::{Peer, PeerProcess, peers};
use crate::record::{check_results, keep_comparison};
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

/// Characters of a reason: programs say much when they fail.
const LONGEST: usize = 600;

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

/// One problem of a comparison, ready to be run.
struct Race<'a> {
    problem: &'a str,
    steps: Vec<Found<'a>>,
    peers: Vec<&'a Peer>,
    /// What is left out without having been asked for, in a line.
    left_out: Option<String>,
    input: SharedInput,
    plot: PathBuf,
    /// The name under which the results are kept for the book.
    record: Option<String>,
}

/// Runs the comparison of one problem, or of each that has peers.
pub(crate) fn compare(args: &CompareArgs) -> Result<(), Failure> {
    let root = root().map_err(|error| Failure::Io(error.to_string()))?;
    let (ladders, peers) = (ladders(), peers(&root)?);
    // Everything that can be refused is refused before the first run.
    let races = races(args, &root, &ladders, &peers)?;
    let mut kept = Kept::new(args.json.clone().into_iter().collect())?;
    writable_folder(&default_out())?;
    for race in &races {
        check_writable(&race.plot)?;
        race.record.as_deref().map_or(Ok(()), |name| check_results(&root, name))?;
    }
    let mut missed = Ok(());
    let ended = races.into_iter().try_for_each(|race| {
        let entries = race.run(&root, args)?;
        kept.add(entries.iter().cloned())?;
        race.show(&entries)?;
        race.record.as_deref().map_or(Ok(()), |name| keep_comparison(&root, name, &entries))?;
        // Without its picture the comparison goes on.
        match draw(&race.plot, race.problem, &entries) {
            Ok(()) => Screen.line(format!("written: {}", shown(&race.plot)))?,
            Err(failure) => missed = Err(failure),
        }
        Ok(())
    });
    kept.end(ended.and(missed))?;
    if kept.results.iter().any(|entry| entry.status == Status::Wrong) { Err(Failure::Wrong) } else { Ok(()) }
}

/// What is to be run, each argument checked.
fn races<'a>(
    args: &'a CompareArgs,
    root: &Path,
    ladders: &'a [Box<dyn Ladder>],
    peers: &'a [Peer],
) -> Result<Vec<Race<'a>>, Failure> {
    if args.record.as_ref().is_some_and(|name| !name.is_empty()) && args.problem.is_none() {
        return Err(Failure::Usage("--record=NAME needs a problem: each has a file of its own".to_owned()));
    }
    if args.sizes.size.is_some() && args.problem.is_none() {
        return Err(Failure::Usage("--size needs a problem, to say whose size it is".to_owned()));
    }
    if let Some(problem) = &args.problem {
        of_problem(ladders, problem)?;
    }
    let asked = |problem: &str| match &args.problem {
        Some(chosen) => chosen == problem,
        None => peers.iter().any(|peer| peer.problem == problem),
    };
    let steps: Vec<_> = all(ladders).into_iter().filter(|found| asked(found.ladder.problem())).collect();
    let selection = Selection::new(&args.steps);
    selection.check(steps.iter().map(Found::step))?;
    let is_wanted = |peer: &Peer, part: &String| peer.name.contains(part.trim());
    if let Some(unknown) = args.peers.iter().find(|part| !peers.iter().any(|peer| is_wanted(peer, part))) {
        let names: Vec<_> = peers.iter().map(|peer| peer.name.clone()).collect();
        return Err(Failure::Usage(nearest("peer", unknown, &names, "`cargo course doctor`")));
    }
    let mut races: Vec<Race<'_>> = Vec::new();
    for found in steps.into_iter().filter(|found| selection.has(found.step())) {
        let problem = found.ladder.problem();
        if let Some(race) = races.iter_mut().find(|race| race.problem == problem) {
            race.steps.push(found);
            continue;
        }
        let alone = args.sizes.request(problem, true);
        let request = match &args.problem {
            Some(_) => alone,
            // Everybody is shown in full; of the sizes only those of the picture can be meant.
            None => SizeRequest { scale: alone.scale, ..args.sizes.request(problem, false) },
        };
        let input = found.ladder.input(&request).map_err(|error| Failure::Usage(error.to_string()))?;
        let of_problem: Vec<_> = peers.iter().filter(|peer| peer.problem == problem).collect();
        let (of_peers, left_out) = match &args.peers[..] {
            [] => with_device(root, of_problem),
            parts => {
                let wanted = |peer: &&Peer| parts.iter().any(|part| is_wanted(peer, part));
                (of_problem.into_iter().filter(wanted).collect(), None)
            }
        };
        let plot = default_out().join(format!("compare-{problem}.svg"));
        let named = |name: &String| if name.is_empty() { format!("compare-{problem}") } else { name.clone() };
        let record = args.record.as_ref().map(named);
        races.push(Race { problem, steps: vec![found], peers: of_peers, left_out, input, plot, record });
    }
    match args.sizes.of_the_picture() {
        Some(flag) if args.problem.is_none() && !races.iter().any(|race| race.problem == "mandelbrot") => {
            return Err(Failure::Usage(format!("{flag} is a size of mandelbrot, which is not compared: leave it out")));
        }
        _ => {}
    }
    races.iter().try_for_each(|race| race.check_base(args.base.as_deref()))?;
    Ok(races)
}

/// The peers whose device is there, and a line for all others together: nobody has asked for them by name.
fn with_device<'a>(root: &Path, peers: Vec<&'a Peer>) -> (Vec<&'a Peer>, Option<String>) {
    let (with, without): (Vec<_>, Vec<_>) = peers.into_iter().partition(|peer| peer.device_missing(root).is_none());
    let why = without.first().and_then(|peer| peer.device_missing(root));
    (with, why.map(|why| format!("left out are {} peers that need a device: {why}", without.len())))
}

/// The name of a step among the contenders.
fn name_of(step: &StepInfo) -> String {
    format!("{} {}", step.crate_name(), step.name)
}

impl Race<'_> {
    /// Refuses a base that does not take part.
    fn check_base(&self, base: Option<&str>) -> Result<(), Failure> {
        let steps = self.steps.iter().map(|found| name_of(found.step()));
        let names: Vec<_> = steps.chain(self.peers.iter().map(|peer| peer.name.clone())).collect();
        match base {
            Some(base) if !names.iter().any(|name| name.contains(base)) => {
                let kind = format!("step or peer of {} that takes part and is called", self.problem);
                Err(Failure::Usage(nearest(&kind, base, &names, LIST)))
            }
            _ => Ok(()),
        }
    }

    /// Lets everybody run.
    fn run(&self, root: &Path, args: &CompareArgs) -> Result<Vec<Entry>, Failure> {
        let (screen, input) = (Screen, &self.input);
        if let Some(left_out) = &self.left_out {
            screen.line(left_out)?;
        }
        let sizes: Vec<_> = input.sizes().iter().map(|(name, size)| format!("{name} {size}")).collect();
        screen.line(format!("{}: {}; everybody runs once a round", self.problem, sizes.join(", ")))?;
        let mut contenders = self.contenders(root, args);
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
        let base = base(&contenders, args.base.as_deref());
        let (base_name, base_times) =
            base.map(|base| (contenders[base].name.clone(), contenders[base].times.clone())).unwrap_or_default();
        let entry = |contender: Contender| contender.entry(self.problem, input, &base_name, &base_times);
        Ok(contenders.into_iter().map(entry).collect())
    }

    /// Shows what has come of it.
    fn show(&self, entries: &[Entry]) -> Result<(), Failure> {
        let screen = Screen;
        screen.line(table(entries))?;
        let base = entries.first().map_or("", |entry| entry.base.as_str());
        let sum = self.input.reference_sum();
        screen.line(format!("validation sum {sum}; ratios to {base}, of the best runs and of the pairs (median)"))?;
        reasons(entries).into_iter().try_for_each(|line| screen.line(line))?;
        match entries.iter().any(|entry| entry.best_ms.is_some()) {
            true => Ok(()),
            false => Err(Failure::Io(format!("nobody could run {}", self.problem))),
        }
    }

    /// Starts everybody, and compares the answers of the steps.
    fn contenders(&self, root: &Path, args: &CompareArgs) -> Vec<Contender> {
        let settings = Settings::default();
        let threads = args.threads.unwrap_or(settings.threads);
        let settings = Settings { threads, ..settings };
        let progress = Progress::new((1 + self.steps.len() + self.peers.len()) as u64);
        progress.begin("the reference answer, which everybody's is compared with");
        let expected = self.input.reference_sum();
        progress.done();
        let mut contenders = Vec::new();
        for step in &self.steps {
            progress.begin(step.step().path());
            contenders.push(Contender::step(step, &self.input, &settings));
            progress.done();
        }
        for peer in &self.peers {
            progress.begin(&peer.name);
            contenders.push(Contender::peer(peer, root, &self.input, &expected));
            progress.done();
        }
        contenders
    }
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
/// of those in the processor's own instructions, if there are such. Nobody, if nobody could run.
fn base(contenders: &[Contender], name: Option<&str>) -> Option<usize> {
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

    fn step(found: &Found<'_>, input: &SharedInput, settings: &Settings) -> Self {
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
        (self.status, self.reason) = (status, Some(excerpt(&reason, LONGEST)));
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
                (self.kind, self.status) = (Kind::Out, Status::Wrong);
                self.reason = Some(excerpt(&why, LONGEST));
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
    let title = format!("{problem}: our steps and their peers");
    Bars { title: &title, unit: "ms", bars: &drawn, scale: Scale::Logarithmic }
        .write(path)
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
