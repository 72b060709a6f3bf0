//! `cargo course scale`: the best steps, and other people's programs, at sizes from a cache to most of the memory.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use clap::Args;
use runner::output::{self, Kept, check_writable, default_out, writable_folder};
use runner::{Failure, Progress, Screen, Selection, Status, nearest, size};
use source::workspace::root;
use validation::{Ladder, Precision, Settings, SizeRequest};

use crate::catalog::{all, ladders, of_problem};
use crate::contender::is_called;
use crate::interrupts::interrupts;
use crate::page_size;
use crate::peer::{Peer, peers};
use crate::results::{check_results, keep};
use crate::scale::{
    Place, Point, Size, Who, add_exponents, best_step, draw, elements, exponents, left_out, name_of_size, page,
    right_answer, sizes_of, table,
};

#[derive(Args, Debug)]
pub(crate) struct ScaleArgs {
    /// The problem
    problem: String,
    /// Other people's programs too: all that need no device, or only those whose name has one of these in it
    #[arg(long, value_name = "P,P", value_delimiter = ',', num_args = 0..=1)]
    peers: Option<Vec<String>>,
    /// Only these of our steps [default: of each ladder of kernels, vectorised, threaded and multiprocess the last step that runs here,
    /// is exact, and is no variant of one above it, as compiled_threads is of compiled]
    #[arg(long, value_name = "S,S", value_delimiter = ',')]
    steps: Vec<String>,
    /// Sizes, as --size of `cargo course run` takes them [default: from what fits the nearest cache to most of the memory]
    #[arg(long, value_name = "N,N or NxM,NxM", value_delimiter = ',', value_parser = size)]
    sizes: Vec<Size>,
    /// Timed runs of each at each size; two are enough where they take longer than a second
    #[arg(long, value_name = "R", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Seconds: a size is left out for everybody whose runs would take longer, going by the size before it
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Threads of the steps that have several [default: one for each core]
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = runner::threads)]
    threads: Option<NonZeroUsize>,
    /// The folder for scale-PROBLEM.json and scale-PROBLEM.svg [default: target/course]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Keep the results and the picture for the book, in docs/results and docs/src/images, as scale-PROBLEM
    #[arg(long)]
    record: bool,
}

/// Where everything goes.
struct Files {
    root: PathBuf,
    name: String,
    json: PathBuf,
    plot: PathBuf,
    /// The picture of the book.
    image: PathBuf,
}

impl Files {
    /// Refuses to begin where something could not be written at the end.
    fn new(args: &ScaleArgs) -> Result<Self, Failure> {
        let out = args.out.clone().unwrap_or_else(default_out);
        let (root, name) = (root()?, format!("scale-{}", args.problem));
        writable_folder(&out)?;
        let [json, plot] = ["json", "svg"].map(|ending| out.join(format!("{name}.{ending}")));
        let image = root.join("docs/src/images").join(format!("{name}.svg"));
        check_writable(&plot)?;
        if args.record {
            check_results(&root, &name)?;
            check_writable(&image)?;
        }
        Ok(Self { root, name, json, plot, image })
    }

    /// Keeps everything for the book.
    fn record(&self, args: &ScaleArgs, points: &[Point], pages: &str) -> Result<(), Failure> {
        let problem = &args.problem;
        keep(&self.root, &self.name, points.to_vec(), &[(self.name.clone(), page(problem, points, pages))])?;
        draw(&self.image, problem, points)?;
        Screen.line(format!("written: {}", output::shown(&self.image)))
    }
}

/// Measures one problem at all its sizes.
pub(super) fn run(args: &ScaleArgs) -> Result<(), Failure> {
    let (ladders, peers) = (ladders(), peers(&root()?)?);
    // What is started from now on has it from this process.
    let pages = page_size::level();
    // Everything that can be refused is refused before the first run.
    let sizes = sizes(args, &ladders)?;
    let mut everybody = steps(args, &ladders)?;
    everybody.extend(wanted_peers(args, &peers)?.into_iter().map(Who::peer));
    let files = Files::new(args)?;
    let mut kept = Kept::new(vec![files.json.clone()])?;
    Screen.line(&pages)?;
    let measured = measure(args, &files.root, &sizes, &mut everybody, &mut kept);
    add_exponents(&mut kept.results);
    // What ended it early is told after what was measured until then.
    let shown = show(args, &files, &kept.results).and(measured);
    let ended = shown.and_then(|()| if args.record { files.record(args, &kept.results, &pages) } else { Ok(()) });
    kept.end(ended)?;
    Screen.line(format!("written: {}", output::shown(&files.json)))?;
    let has = |status: Status| kept.results.iter().any(|point| point.status == status);
    match kept.results.iter().any(|point| point.times.is_some()) {
        _ if has(Status::Wrong) => Err(Failure::Wrong),
        true => Ok(()),
        false => Err(Failure::Io(format!("nobody could run {}", args.problem))),
    }
}

/// The sizes to be run, those of the problem or those that are asked for.
fn sizes(args: &ScaleArgs, ladders: &[Box<dyn Ladder>]) -> Result<Vec<Size>, Failure> {
    let of_problem = of_problem(ladders, &args.problem)?;
    for (_, second) in &args.sizes {
        // Whether the problem has a second size is all that is asked: nothing is as small as this.
        let request = SizeRequest { size: Some((1, second.map(|_| 1))), ..SizeRequest::default() };
        of_problem[0].input(&request)?;
    }
    Ok(if args.sizes.is_empty() { sizes_of(&args.problem) } else { args.sizes.clone() })
}

/// The steps to be run: the best of each ladder, or those that are asked for.
fn steps<'a>(args: &ScaleArgs, ladders: &'a [Box<dyn Ladder>]) -> Result<Vec<Who<'a>>, Failure> {
    if args.steps.is_empty() {
        return Ok(of_problem(ladders, &args.problem)?.into_iter().filter_map(best_step).collect());
    }
    let selection = Selection::new(&args.steps);
    let steps: Vec<_> = all(ladders).into_iter().filter(|step| step.ladder.problem() == args.problem).collect();
    selection.check(steps.iter().map(|step| step.info()))?;
    let chosen: Vec<_> = steps.into_iter().filter(|step| selection.has(step.info())).collect();
    match chosen.iter().find(|step| step.info().precision != Precision::Exact) {
        Some(step) => {
            let path = step.info().path();
            Err(Failure::Usage(format!("{path} is not exact: its answers cannot be compared bit by bit; leave it out")))
        }
        None => Ok(chosen.into_iter().map(Who::step).collect()),
    }
}

/// The peers to be run.
fn wanted_peers<'a>(args: &ScaleArgs, peers: &'a [Peer]) -> Result<Vec<&'a Peer>, Failure> {
    let Some(parts) = &args.peers else { return Ok(Vec::new()) };
    let can = |peer: &&Peer| peer.problem == args.problem && !peer.needs_device() && !peer.single;
    let possible: Vec<_> = peers.iter().filter(can).collect();
    if let Some(unknown) = parts.iter().find(|part| !possible.iter().any(|peer| is_called(&peer.name, part))) {
        let names: Vec<_> = possible.iter().map(|peer| peer.name.clone()).collect();
        let kind = format!("peer of {} without a device", args.problem);
        return Err(Failure::Usage(nearest(&kind, unknown, &names, "`cargo course doctor`")));
    }
    let wanted = |peer: &&Peer| parts.is_empty() || parts.iter().any(|part| is_called(&peer.name, part));
    Ok(possible.into_iter().filter(wanted).collect())
}

/// Measures everybody at each size, until Ctrl-C. What was measured is kept as it comes.
fn measure(
    args: &ScaleArgs,
    root: &Path,
    sizes: &[Size],
    everybody: &mut [Who<'_>],
    kept: &mut Kept<Point>,
) -> Result<(), Failure> {
    let (interrupted, problem) = (interrupts()?, args.problem.as_str());
    let threads = args.threads.unwrap_or(Settings::default().threads);
    let progress = Progress::new((sizes.len() * (1 + everybody.len())) as u64);
    for &size in sizes {
        let name = name_of_size(size);
        progress.begin(format_args!("{problem} {name}: the right answer"));
        let answer = right_answer(problem, size, threads);
        progress.done();
        if interrupted.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(why) => {
                kept.add([Point { reason: Some(why), ..Point::left_out(problem, "everybody", &name) }])?;
                continue;
            }
        };
        let elements = elements(problem, &answer.input);
        let (rounds, seconds) = (args.rounds, args.seconds);
        let place = Place { root, problem, size, elements, answer: &answer, threads, rounds, seconds, interrupted };
        for who in &mut *everybody {
            progress.begin(format_args!("{problem} {name}: {}", who.name()));
            let point = who.at(&place);
            progress.done();
            if interrupted.load(Ordering::Relaxed) {
                return Err(stopped());
            }
            kept.add(point)?;
        }
    }
    Ok(())
}

/// What is said after Ctrl-C.
fn stopped() -> Failure {
    Failure::Io("interrupted".to_owned())
}

/// Shows what was measured, and draws it.
fn show(args: &ScaleArgs, files: &Files, points: &[Point]) -> Result<(), Failure> {
    let screen = Screen;
    screen.line(table(points))?;
    exponents(&args.problem, points).into_iter().try_for_each(|line| screen.line(line))?;
    left_out(points).into_iter().try_for_each(|line| screen.line(line))?;
    draw(&files.plot, &args.problem, points)?;
    screen.line(format!("written: {}", output::shown(&files.plot)))
}
