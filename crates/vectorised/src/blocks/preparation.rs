//! What the steps of this chapter prepare: the size of a block, threads, and a compiled expression.

use rayon::{ThreadPool, ThreadPoolBuilder};
use validation::parallel::refused;
use validation::{Problem, Ready, StepError};

use crate::compiler::{Caches, CompileError, Expression, Program, RunError, Type};

/// Elements in a block of which each needs so many bytes: the block fills half of the first cache of this machine. The other half is
/// for what passes through.
pub fn fitting_block(bytes_per_element: usize) -> usize {
    (Caches::of_this_machine().l1 / 2 / bytes_per_element / 64 * 64).max(64)
}

/// A step that computes like this on so many threads.
pub(super) fn ready<P: Problem, F>(threads: usize, mut compute: F) -> Ready<P>
where
    F: FnMut(&P::Input, &mut P::Output) -> Result<(), RunError> + 'static,
{
    validation::ready(threads, move |input: &P::Input, output: &mut P::Output| {
        compute(input, output).map_err(|error| StepError::Failed(error.to_string()))
    })
}

/// Threads of their own for a step.
pub(super) fn pool(threads: usize) -> Result<ThreadPool, StepError> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| refused(threads, &error))
}

/// Compiles the text of a step.
pub(super) fn compile(text: &str, inputs: &[(&str, Type)]) -> Result<Program, StepError> {
    let failed = |error: CompileError| StepError::Failed(error.to_string());
    Expression::parse(text).map_err(failed)?.compile(inputs).map_err(failed)
}
