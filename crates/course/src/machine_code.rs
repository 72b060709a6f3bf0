//! The machine code of the steps: listings, counts, and annotated sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use profiling::asm::{
    Annotated, AnnotatedFunction, Count, Counts, Error, Image, Layout, Listing, Selection, is_changed,
};
use runner::files::write_atomically;
use runner::output::{check_writable, default_out, shown, writable_folder};
use runner::{Failure, Screen, excerpt, plain_table, remark};
use validation::StepInfo;

use crate::catalog::{Found, find, find_one, find_step, ladders, module_file};
use crate::command::{AnnotateArgs, DisArgs};
use crate::source::{cut, root};

/// Lists or counts the instructions of a step.
pub(crate) fn dis(args: &DisArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let image = image()?;
    let listings = match find(&ladders, &args.step) {
        Ok(_) => {
            let step = find_one(&ladders, &args.step)?;
            let listings = of_step(&image, &step);
            // A listing with source lines says it by itself.
            if listings.is_err() || args.count || args.no_sources {
                tell_changed([step.step().file]);
            }
            listings?
        }
        // Any other function of the program will do: a kernel that a step calls, an instance of a generic one.
        Err(_) if !image.matching(&args.step).is_empty() => vec![image.dis(&args.step).map_err(refused)?],
        Err(failure) => return Err(failure),
    };
    for (index, listing) in listings.iter().enumerate() {
        if index > 0 {
            screen.line("")?;
        }
        if args.count {
            screen.line(listing.counts())?;
        } else {
            let layout = Layout { sources: !args.no_sources, addresses: args.addresses };
            screen.line(listing.text(layout).trim_end())?;
        }
    }
    Ok(())
}

/// Writes the source of a step, or a whole file, as a page whose lines are coloured by what they cost.
pub(crate) fn annotate(args: &AnnotateArgs) -> Result<(), Failure> {
    let screen = Screen;
    let ladders = ladders();
    let image = image()?;
    let (name, file, selection) = match module_file(&ladders, &args.step) {
        Some(file) => (args.step.clone(), file, Selection::file(file)),
        None => {
            let step = find_step(&ladders, &args.step)?;
            (step.step().path(), step.step().file, selection(&step)?)
        }
    };
    let folder = args.out.clone().unwrap_or_else(default_out);
    writable_folder(&folder)?;
    let path = folder.join(format!("annotated-{}.html", name.replace("::", "-")));
    check_writable(&path)?;
    tell_changed([file]);
    let annotated = image.annotate(&selection).map_err(unavailable)?;
    screen.line(dearest(&annotated))?;
    write_atomically(&path, annotated.html().as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
    screen.line(format!("written: {}", shown(&path)))?;
    if args.open { open(&path) } else { Ok(()) }
}

/// Says which of these source files have been changed since this program was built: what is shown of them is then not what runs.
pub(crate) fn tell_changed<'a>(files: impl IntoIterator<Item = &'a str>) {
    let root = root().unwrap_or_default();
    let mut changed: Vec<_> = files.into_iter().filter(|file| is_changed(root.join(file))).collect();
    changed.dedup();
    if !changed.is_empty() {
        let (files, verb) = (changed.join(" and "), if changed.len() == 1 { "has" } else { "have" });
        remark(&format!(
            "{files} {verb} been changed since this program was built, so that its lines may not be those that run; `cargo course` \
             builds it anew"
        ));
    }
}

/// How the instructions of one step differ from those of another.
pub(crate) fn difference(a: &Found<'_>, b: &Found<'_>) -> Result<String, Failure> {
    let image = image()?;
    let counts = |step: &Found<'_>| Ok(together(step.step().path(), &of_step(&image, step)?));
    Ok(counts(a)?.difference(&counts(b)?).to_string())
}

fn image() -> Result<Image, Failure> {
    Image::of_this_program().map_err(unavailable)
}

/// What cannot be shown of an executable.
fn unavailable(error: Error) -> Failure {
    match error {
        Error::Unavailable { why } => Failure::Io(format!("unavailable: {why}")),
        error => Failure::Io(one_line(&error)),
    }
}

/// A name that means nothing, or too much.
fn refused(error: Error) -> Failure {
    match error {
        Error::Ambiguous { .. } | Error::NoFunction { .. } | Error::Inlined { .. } => Failure::Usage(one_line(&error)),
        error => unavailable(error),
    }
}

fn one_line(error: &Error) -> String {
    excerpt(&error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" "), 1000)
}

fn selection(step: &Found<'_>) -> Result<Selection, Failure> {
    let root = root().map_err(|error| Failure::Io(error.to_string()))?;
    let cut = cut(&root, step.step().file, step.step().name).map_err(|error| Failure::Io(error.to_string()))?;
    let lines = |range: std::ops::RangeInclusive<usize>| *range.start() as u32..=*range.end() as u32;
    Ok(cut.ranges().into_iter().map(lines).fold(Selection::file(step.step().file), Selection::lines))
}

/// The functions of a step: those that begin in what `diff` shows of it, those into whose loops its code was inlined (what it
/// prepares is run from elsewhere), then those of the same crate that they call. Where none is left, all that hold its code.
fn of_step(image: &Image, step: &Found<'_>) -> Result<Vec<Listing>, Failure> {
    let annotated = image.annotate(&selection(step)?).map_err(unavailable)?;
    let parts: Vec<_> = annotated.lines.iter().flat_map(|line| &line.parts).collect();
    let in_a_loop = |index: usize, listing: &Listing| {
        let own = parts.iter().filter(|part| part.function == index);
        own.flat_map(|part| &part.instructions).any(|&at| listing.instructions()[at].depth > 0)
    };
    let others: Vec<_> = step.ladder.steps().iter().filter(|other| *other != step.step()).map(StepInfo::path).collect();
    let of_another = |name: &str| others.iter().any(|path| name == path || name.starts_with(&format!("{path}::")));
    let functions = || annotated.functions.iter().enumerate();
    let chosen = |(index, function): &(usize, &AnnotatedFunction)| {
        let name = function.listing.function().name();
        function.is_selected || !of_another(name) && in_a_loop(*index, &function.listing)
    };
    let mut chosen: Vec<_> = functions().filter(chosen).collect();
    if chosen.is_empty() {
        chosen = functions().collect();
    }
    chosen.sort_by_key(|(index, function)| (!function.is_selected, *index));
    let mut listings: Vec<Listing> = chosen.into_iter().map(|(_, function)| function.listing.clone()).collect();
    let prefix = format!("{}::", step.step().crate_name());
    let mut next = 0;
    while let Some(listing) = listings.get(next) {
        let called = listing.instructions().iter().filter_map(|instruction| instruction.callee.as_ref()?.name());
        let mut called: Vec<String> = called.filter(|name| name.starts_with(&prefix)).map(str::to_owned).collect();
        called.sort();
        called.dedup();
        for name in called {
            let known = listings.iter().any(|listing| listing.function().name() == name);
            if !known && let Ok(listing) = image.dis(&name) {
                listings.push(listing);
            }
        }
        next += 1;
    }
    Ok(listings)
}

/// The counts of several functions as if they were one.
fn together(name: String, listings: &[Listing]) -> Counts {
    let mut whole = Count::default();
    let mut lines = BTreeMap::new();
    for counts in listings.iter().map(Listing::counts) {
        whole += counts.whole;
        for (line, count) in counts.lines {
            *lines.entry(line).or_insert_with(Count::default) += count;
        }
    }
    let hottest = listings.iter().max_by_key(|listing| {
        let depth = listing.hottest_loop().map_or(0, |found| found.depth);
        let count = listing.counts().hottest.unwrap_or_default();
        (depth, count.packed + count.scalar)
    });
    Counts { function: name, whole, hottest: hottest.and_then(|listing| listing.counts().hottest), lines }
}

/// The lines that cost most, as a table.
fn dearest(annotated: &Annotated) -> String {
    let mut lines: Vec<_> = annotated.lines.iter().filter(|line| line.cost.score > 0.0).collect();
    if lines.is_empty() {
        return "every line is white: nothing but packed work, moves and jumps".to_owned();
    }
    lines.sort_by(|a, b| b.cost.score.total_cmp(&a.cost.score));
    let rows: Vec<_> = lines
        .iter()
        .take(12)
        .map(|line| {
            let cost = &line.cost;
            let counts = [
                (cost.bounds_checks, "bounds check"),
                (cost.panics, "panic"),
                (cost.allocations, "allocation"),
                (cost.memory, "memory block"),
                (cost.calls, "call"),
                (cost.divisions, "division or root"),
                (cost.scalar, "scalar"),
            ];
            let counts = counts.into_iter().filter(|(count, _)| *count > 0);
            let why: Vec<_> = counts.map(|(count, what)| format!("{count} {what}")).collect();
            let number = line.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            [number, format!("{:.0}", cost.score), why.join(", "), line.text.trim().to_owned()]
        })
        .collect();
    plain_table(&["line", "score", "because of", "source"], &rows, &[2, 3])
}

/// Shows a page in the browser of the desktop.
fn open(path: &Path) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let path: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let status = Command::new(opener).arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Io(format!("{opener} ended with {status}; open {} yourself", shown(&path)))),
        Err(error) => Err(Failure::Io(format!("cannot start {opener}: {error}; open {} yourself", shown(&path)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listings(step: &str) -> Vec<Listing> {
        let ladders = ladders();
        of_step(&image().unwrap(), &find_one(&ladders, step).unwrap()).unwrap()
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_step_has_machine_code() {
        let (ladders, image) = (ladders(), image().unwrap());
        // Built without CUDA, the steps over CUDA are one function, which says that they are unavailable.
        let built = |step: &crate::catalog::Found<'_>| cfg!(feature = "cuda") || !step.step().name.starts_with("cuda_");
        for step in crate::catalog::all(&ladders).into_iter().filter(built) {
            let listings = of_step(&image, &step).unwrap_or_else(|error| panic!("{}: {error:?}", step.step().path()));
            let counts = together(step.step().path(), &listings);
            assert!(counts.whole.instructions > 0, "{}", step.step().path());
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_call_of_hypot_goes_with_the_square_root() {
        let calls = |step: &str| {
            let counts = together(step.to_owned(), &listings(step));
            counts.hottest.expect("there is a loop").calls
        };
        assert_eq!((calls("kernels::mandelbrot::naive"), calls("kernels::mandelbrot::squared")), (1, 0));
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn what_a_step_prepares_is_listed_with_it_wherever_it_was_inlined() {
        for step in ["kernels::particles::precomputed", "threaded::mandelbrot::queued"] {
            let listings = listings(step);
            assert_eq!(listings[0].function().name(), step);
            let counts = together(step.to_owned(), &listings);
            let hottest = counts.hottest.expect("there is a loop");
            assert!(hottest.scalar + hottest.packed > 4, "{step}: {hottest}");
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn what_a_step_calls_in_its_own_crate_is_listed_with_it() {
        let listings = listings("vectorised::blocks::expression::compiled");
        let mut names = listings.iter().map(|found| found.function().name());
        assert!(names.any(|name| name == "vectorised::blocks::preparation::compile"), "{}", names.collect::<String>());
    }
}
