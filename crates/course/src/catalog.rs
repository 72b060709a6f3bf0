//! Every step of every crate, by name.

use runner::{Failure, LIST, nearest};
use validation::{Ladder, StepInfo};

/// The ladders of every technique crate, in the order of the chapters.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    [kernels::ladders(), vectorised::ladders(), threaded::ladders(), multiprocess::ladders(), gpu::ladders()]
        .into_iter()
        .flatten()
        .collect()
}

/// A step and the ladder it stands in.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The ladder.
    pub ladder: &'a dyn Ladder,
    /// The step's place in it.
    pub index: usize,
}

impl Found<'_> {
    /// What is known of the step.
    pub fn step(&self) -> &StepInfo {
        &self.ladder.steps()[self.index]
    }
}

/// All steps, in order.
pub(crate) fn all(ladders: &[Box<dyn Ladder>]) -> Vec<Found<'_>> {
    let ladders = ladders.iter().map(|ladder| &**ladder);
    ladders.flat_map(|ladder| (0..ladder.steps().len()).map(move |index| Found { ladder, index })).collect()
}

/// The steps that a name means: `kernels::mandelbrot::naive`, `mandelbrot::naive`, or `naive` in every problem and crate that has it.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names.
pub(crate) fn find<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<Vec<Found<'a>>, Failure> {
    let matches = |path: &str| path == name || path.ends_with(&format!("::{name}"));
    let all = all(ladders);
    let found: Vec<_> = all.iter().copied().filter(|found| matches(&found.step().path())).collect();
    if found.is_empty() {
        let known: Vec<_> = all.iter().map(|found| found.step().path()).collect();
        return Err(Failure::Usage(nearest("step", name, &known, LIST)));
    }
    Ok(found)
}

/// The one step that a name means.
///
/// # Errors
/// [`Failure::Usage`] when there is none, or more than one.
pub(crate) fn find_one<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<Found<'a>, Failure> {
    let found = find(ladders, name)?;
    match found[..] {
        [one] => Ok(one),
        _ => {
            let paths: Vec<_> = found.iter().map(|found| found.step().path()).take(5).collect();
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

/// The file of a module that has steps: `kernels::mandelbrot`.
pub(crate) fn module_file(ladders: &[Box<dyn Ladder>], name: &str) -> Option<&'static str> {
    let steps = ladders.iter().flat_map(|ladder| ladder.steps());
    steps.into_iter().find(|step| step.module == name).map(|step| step.file)
}

/// The one step that a name means, where a file could be meant too.
///
/// # Errors
/// [`Failure::Usage`] with the nearest names, or when there is more than one.
pub(crate) fn find_step<'a>(ladders: &'a [Box<dyn Ladder>], name: &str) -> Result<Found<'a>, Failure> {
    if find(ladders, name).is_err() {
        let steps = ladders.iter().flat_map(|ladder| ladder.steps());
        let modules = ladders.iter().filter_map(|ladder| ladder.steps().first()).map(|step| step.module.to_owned());
        let known: Vec<_> = steps.map(|step| step.path()).chain(modules).collect();
        return Err(Failure::Usage(nearest("step or file", name, &known, LIST)));
    }
    find_one(ladders, name)
}
