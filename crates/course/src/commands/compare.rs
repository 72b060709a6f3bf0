//! `cargo course compare`: our steps and other people's programs, in turn, in one run: only such times make a ratio.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use runner::output::{Kept, check_writable, default_out, shown, writable_folder};
use runner::{Failure, LIST, LadderStep, Progress, Screen, Selection, SizeArgs, Status, nearest};
use validation::{Ladder, Settings, SharedInput, SizeRequest};

use crate::catalog::{all, ladders, of_problem};
use crate::comparison::{Entry, draw, page, reasons, table};
use crate::contender::{Base, Contender, base, is_called, name_of};
use crate::page_size;
use crate::peer::{Peer, peers};
use crate::results::{check_results, keep};
use source::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct CompareArgs {
    /// The problem [default: every problem that has peers]
    problem: Option<String>,
    /// Only these of our steps [default: all]
    #[arg(long, value_name = "S,S", value_delimiter = ',')]
    steps: Vec<String>,
    /// Only peers whose name has one of these in it: g++, numba, pypy, ... [default: all]
    #[arg(long, value_name = "P,P", value_delimiter = ',')]
    peers: Vec<String>,
    /// The step or peer that the others are divided by [default: our last step that does the problem's own work]
    #[arg(long, value_name = "NAME")]
    base: Option<String>,
    /// Rounds; in each, everybody runs once [default: 9; 2 for a program that takes more than a second]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    #[command(flatten)]
    sizes: SizeArgs,
    /// Threads of the steps that have several [default: one for each core]
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = runner::threads)]
    threads: Option<NonZeroUsize>,
    /// Write the results to this file, as a JSON array with one object for each step and peer
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Keep the results for the book, in docs/results, as compare-P or as this name
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = file_name)]
    record: Option<String>,
}

/// The name of a file without its folder and its ending; or nothing.
fn file_name(text: &str) -> Result<String, String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if text.chars().all(allowed) { Ok(text.to_owned()) } else { Err("letters, digits, - and _ make a name".to_owned()) }
}

/// One problem of a comparison, ready to be run.
struct Race<'a> {
    problem: &'a str,
    steps: Vec<LadderStep<'a>>,
    peers: Vec<&'a Peer>,
    /// What is left out without having been asked for, in a line.
    left_out: Option<String>,
    input: SharedInput,
    plot: PathBuf,
    /// The name under which the results are kept for the book.
    record: Option<String>,
}

/// Runs the comparison of one problem, or of each that has peers.
pub(super) fn run(args: &CompareArgs) -> Result<(), Failure> {
    let root = root()?;
    let (ladders, peers) = (ladders(), peers(&root)?);
    // Before the inputs of our steps are made.
    let pages = page_size::level();
    // Everything that can be refused is refused before the first run.
    let races = races(args, &root, &ladders, &peers)?;
    let mut kept = Kept::new(args.json.clone().into_iter().collect())?;
    writable_folder(&default_out())?;
    for race in &races {
        check_writable(&race.plot)?;
        race.record.as_deref().map_or(Ok(()), |name| check_results(&root, name))?;
    }
    Screen.line(&pages)?;
    let mut missed = Ok(());
    let ended = races.into_iter().try_for_each(|race| {
        let entries = race.run(&root, args)?;
        kept.add(entries.iter().cloned())?;
        race.show(&entries)?;
        if let Some(name) = &race.record {
            keep(&root, name, entries.clone(), &[(name.clone(), page(&entries, &pages))])?;
        }
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

/// Refuses what says nothing as long as no problem is named.
fn refuse_without_problem(args: &CompareArgs) -> Result<(), Failure> {
    if args.record.as_ref().is_some_and(|name| !name.is_empty()) && args.problem.is_none() {
        return Err(Failure::Usage("--record=NAME needs a problem: each has a file of its own".to_owned()));
    }
    if args.sizes.size.is_some() && args.problem.is_none() {
        return Err(Failure::Usage("--size needs a problem, to say whose size it is".to_owned()));
    }
    Ok(())
}

/// What is to be run, each argument checked.
fn races<'a>(
    args: &'a CompareArgs,
    root: &Path,
    ladders: &'a [Box<dyn Ladder>],
    peers: &'a [Peer],
) -> Result<Vec<Race<'a>>, Failure> {
    refuse_without_problem(args)?;
    if let Some(problem) = &args.problem {
        of_problem(ladders, problem)?;
    }
    let asked = |problem: &str| match &args.problem {
        Some(chosen) => chosen == problem,
        None => peers.iter().any(|peer| peer.problem == problem),
    };
    let steps: Vec<_> = all(ladders).into_iter().filter(|found| asked(found.ladder.problem())).collect();
    let selection = Selection::new(&args.steps);
    selection.check(steps.iter().map(LadderStep::info))?;
    let is_wanted = |peer: &Peer, part: &String| is_called(&peer.name, part);
    if let Some(unknown) = args.peers.iter().find(|part| !peers.iter().any(|peer| is_wanted(peer, part))) {
        let names: Vec<_> = peers.iter().map(|peer| peer.name.clone()).collect();
        return Err(Failure::Usage(nearest("peer", unknown, &names, "`cargo course doctor`")));
    }
    let mut races: Vec<Race<'_>> = Vec::new();
    for found in steps.into_iter().filter(|found| selection.has(found.info())) {
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

impl Race<'_> {
    /// Refuses a base that does not take part.
    fn check_base(&self, base: Option<&str>) -> Result<(), Failure> {
        let steps = self.steps.iter().map(|found| name_of(found.info()));
        let names: Vec<_> = steps.chain(self.peers.iter().map(|peer| peer.name.clone())).collect();
        match base {
            Some(base) if !names.iter().any(|name| is_called(name, base)) => {
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
        let base = base.map(|base| Base::new(&contenders[base])).unwrap_or_default();
        let entry = |contender: Contender| contender.entry(self.problem, input, &base);
        Ok(contenders.into_iter().map(entry).collect())
    }

    /// Shows what has come of it.
    fn show(&self, entries: &[Entry]) -> Result<(), Failure> {
        let screen = Screen;
        screen.line(table(entries))?;
        let base = entries.first().map_or("", |entry| entry.base.as_str());
        let sum = self.input.reference_sum();
        let ratios = "of the best runs, of the pairs (median) and of the processor's time";
        screen.line(format!("validation sum {sum}; ratios to {base}, {ratios}"))?;
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
            progress.begin(step.info().path());
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
