//! Every step of every crate, by name.

use runner::{Failure, LIST, LadderStep, means, means_module, nearest};
use validation::Ladder;

/// The ladders of every technique crate, in the order of the chapters.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    [
        kernels::ladders(),
        interpreted::ladders(),
        vectorised::ladders(),
        threaded::ladders(),
        multiprocess::ladders(),
        cluster::ladders(),
        gpu::ladders(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// All steps, in order.
pub(crate) fn all(ladders: &[Box<dyn Ladder>]) -> Vec<LadderStep<'_>> {
    ladders.iter().flat_map(|ladder| LadderStep::all(&**ladder)).collect()
}

/// The steps that a name means: `kernels::mandelbrot::naive`, `kernels naive`, or `naive` in every problem and crate that has it; see
/// [`means`]. At least one.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names.
pub(crate) fn find<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<Vec<LadderStep<'a>>, Failure> {
    let found = named(ladders, name);
    if found.is_empty() {
        return Err(Failure::Usage(nearest("step", name, &paths(ladders), LIST)));
    }
    Ok(found)
}

/// The steps that a name means, or all steps of the crate or the module that it means: `kernels`, `vectorised::simd`.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names.
pub(crate) fn find_all<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<Vec<LadderStep<'a>>, Failure> {
    let steps = named(ladders, name);
    let of_module = || all(ladders).into_iter().filter(|step| means_module(name, step.info()));
    match if steps.is_empty() { of_module().collect() } else { steps } {
        found if found.is_empty() => {
            let mut crates: Vec<_> = all(ladders).iter().map(|step| step.info().crate_name().to_owned()).collect();
            crates.dedup();
            let known: Vec<_> = paths(ladders).into_iter().chain(crates).collect();
            Err(Failure::Usage(nearest("step or crate", name, &known, LIST)))
        }
        found => Ok(found),
    }
}

/// The one step that a name means.
///
/// # Errors
/// [`Failure::Usage`] when there is none, or more than one.
pub(crate) fn find_one<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<LadderStep<'a>, Failure> {
    only(name, &find(ladders, name)?)
}

/// What a name means where a step or a whole file can be meant.
#[derive(Clone, Copy)]
pub(crate) enum Meant<'a> {
    /// A step.
    Step(LadderStep<'a>),
    /// A file of steps, from the workspace's root down.
    File(&'static str),
}

/// The step or the file that a name means: `kernels::mandelbrot::naive`, or `kernels::mandelbrot`.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names, or when there is more than one.
pub(crate) fn meant<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<Meant<'a>, Failure> {
    let mut steps = ladders.iter().flat_map(|ladder| ladder.steps());
    let path = name.split_whitespace().collect::<Vec<_>>().join("::");
    if let Some(step) = steps.find(|step| step.module == path) {
        return Ok(Meant::File(step.file));
    }
    let found = named(ladders, name);
    if found.is_empty() {
        let modules = ladders.iter().filter_map(|ladder| ladder.steps().first()).map(|step| step.module.to_owned());
        let known: Vec<_> = paths(ladders).into_iter().chain(modules).collect();
        return Err(Failure::Usage(nearest("step or file", name, &known, LIST)));
    }
    only(name, &found).map(Meant::Step)
}

/// The steps that a name means.
fn named<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Vec<LadderStep<'a>> {
    all(ladders).into_iter().filter(|found| means(name, found.info())).collect()
}

/// The names of all steps, in order.
fn paths(ladders: &[Box<dyn Ladder>]) -> Vec<String> {
    all(ladders).iter().map(|found| found.info().path()).collect()
}

/// The one step that was found, of those that a name means.
///
/// # Errors
/// [`Failure::Usage`] when there are several.
pub(crate) fn only<'a>(name: &str, found: &[LadderStep<'a>]) -> Result<LadderStep<'a>, Failure> {
    match found {
        [one] => Ok(*one),
        _ => {
            let paths: Vec<_> = found.iter().map(|found| found.info().path()).take(5).collect();
            let rest = found.len() - paths.len();
            let rest = if rest > 0 { format!(" and {rest} more; {LIST} shows all") } else { String::new() };
            let paths = paths.join(", ");
            Err(Failure::Usage(format!("'{name}' is the name of {} steps: {paths}{rest}", found.len())))
        }
    }
}

/// The ladders of one problem.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names.
pub(crate) fn of_problem<'a>(ladders: &'a [Box<dyn Ladder>], problem: &str) -> Result<Vec<&'a dyn Ladder>, Failure> {
    let found: Vec<_> = ladders.iter().map(|ladder| &**ladder).filter(|ladder| ladder.problem() == problem).collect();
    if found.is_empty() {
        return Err(Failure::Usage(nearest("problem", problem, &problems(ladders), LIST)));
    }
    Ok(found)
}

/// The names of the problems, in the order of their first ladders.
pub(crate) fn problems(ladders: &[Box<dyn Ladder>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for ladder in ladders {
        if !names.iter().any(|name| name == ladder.problem()) {
            names.push(ladder.problem().to_owned());
        }
    }
    names
}
