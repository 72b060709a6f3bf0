//! The machine code of the steps: listings, counts, and how those of two steps differ.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use profiling::asm::{AnnotatedFunction, Count, Counts, Error, Image, Layout, Listing, Selection, is_changed};
use runner::{Failure, LadderStep, excerpt, remark};
use validation::StepInfo;

use source::Sources;
use source::workspace::root;

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
pub(crate) fn difference(sources: &mut Sources, a: &LadderStep<'_>, b: &LadderStep<'_>) -> Result<String, Failure> {
    let image = image()?;
    let mut counts = |step: &LadderStep<'_>| -> Result<Counts, Failure> {
        Ok(together(step.info().path(), &of_step(&image, sources, step)?))
    };
    Ok(counts(a)?.difference(&counts(b)?).to_string())
}

/// This program, whose instructions are looked at.
pub(crate) fn image() -> Result<Image, Failure> {
    Image::of_this_program().map_err(unavailable)
}

/// What cannot be shown of an executable.
pub(crate) fn unavailable(error: Error) -> Failure {
    match error {
        Error::Unavailable { why } => Failure::Io(format!("unavailable: {why}")),
        error => Failure::Io(one_line(&error)),
    }
}

/// What an error says, in one line that is no longer than a screen can take.
pub(crate) fn one_line(error: &Error) -> String {
    excerpt(&error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" "), 1000)
}

/// The source lines of a step: what `diff` shows of it.
pub(crate) fn selection(sources: &mut Sources, step: &LadderStep<'_>) -> Result<Selection, Failure> {
    let cut = sources.cut(step.info().file, step.info().name)?;
    let lines = |range: RangeInclusive<usize>| *range.start() as u32..=*range.end() as u32;
    Ok(cut.ranges().into_iter().map(lines).fold(Selection::file(step.info().file), Selection::lines))
}

/// The functions of a step: those that begin in what `diff` shows of it, those into whose loops its code was inlined (what it
/// prepares is run from elsewhere), then those of the same crate that they call. Where none is left, all that hold its code.
pub(crate) fn of_step(image: &Image, sources: &mut Sources, step: &LadderStep<'_>) -> Result<Vec<Listing>, Failure> {
    let annotated = image.annotate(&selection(sources, step)?).map_err(unavailable)?;
    let parts: Vec<_> = annotated.lines.iter().flat_map(|line| &line.parts).collect();
    let in_a_loop = |index: usize, listing: &Listing| {
        let own = parts.iter().filter(|part| part.function == index);
        own.flat_map(|part| &part.instructions).any(|&at| listing.instructions()[at].depth > 0)
    };
    let others: Vec<_> = step.ladder.steps().iter().filter(|other| *other != step.info()).map(StepInfo::path).collect();
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
    let prefix = format!("{}::", step.info().crate_name());
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
    let hottest = hottest(listings).and_then(|listing| listing.counts().hottest);
    Counts { function: name, whole, hottest, lines }
}

/// The listing that has the hottest loop of several.
fn hottest(listings: &[Listing]) -> Option<&Listing> {
    listings.iter().max_by_key(|listing| {
        let depth = listing.hottest_loop().map_or(0, |found| found.depth);
        let count = listing.counts().hottest.unwrap_or_default();
        (depth, count.packed + count.scalar)
    })
}

/// The hottest loop of a step as text, without source lines; or all of it, if it has no loop.
pub(crate) fn hottest_loop(sources: &mut Sources, step: &LadderStep<'_>) -> Result<String, Failure> {
    let listings = of_step(&image()?, sources, step)?;
    let layout = Layout { sources: false, addresses: false };
    let text = hottest(&listings).map(|listing| match listing.hottest_loop() {
        Some(found) => listing.loop_text(found, layout),
        None => listing.text(layout),
    });
    Ok(text.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::catalog::{all, find_one, ladders};

    fn listings(step: &str) -> Vec<Listing> {
        let (ladders, mut sources) = (ladders(), Sources::new(root().unwrap()));
        of_step(&image().unwrap(), &mut sources, &find_one(&ladders, step).unwrap()).unwrap()
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_step_has_machine_code() {
        let ladders = ladders();
        // Built without CUDA, the steps over CUDA are one function, which says that they are unavailable.
        let built = |step: &LadderStep<'_>| cfg!(feature = "cuda") || !step.info().name.starts_with("cuda_");
        let steps: Vec<_> = all(&ladders).into_iter().filter(built).collect();
        let look = |steps: &[LadderStep<'_>]| {
            let (image, mut sources) = (image().unwrap(), Sources::new(root().unwrap()));
            for step in steps {
                let listings = of_step(&image, &mut sources, step)
                    .unwrap_or_else(|error| panic!("{}: {error:?}", step.info().path()));
                let counts = together(step.info().path(), &listings);
                assert!(counts.whole.instructions > 0, "{}", step.info().path());
            }
        };
        let (first, second) = steps.split_at(steps.len() / 2);
        thread::scope(|scope| {
            scope.spawn(|| look(first));
            look(second);
        });
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
