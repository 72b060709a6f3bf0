//! Blocks that fit the cache, and an expression compiler that works on them.
//!
//! A block step does one operation at a time, as NumPy does, but on a block of elements that stays in the nearest cache until all
//! operations are done. `Settings::block` is its number of elements; without it the block is chosen from the machine's caches. A compiled step
//! hands the same expression to the [`compiler`](crate::compiler).

pub mod distance;
pub mod expression;
pub mod mandelbrot;
pub mod particles;

use rayon::{ThreadPool, ThreadPoolBuilder};
use validation::parallel::refused;
use validation::{Ladder, Problem, Ready, StepError, ladder};

use crate::compiler::{Caches, CompileError, Expression, Program, RunError, Type};

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(expression::STEPS), ladder(particles::STEPS), ladder(distance::STEPS)]
}

/// Elements in a block of which each needs so many bytes: the block fills half of the first cache of this machine. The other half is
/// for what passes through.
pub fn fitting_block(bytes_per_element: usize) -> usize {
    (Caches::of_this_machine().l1 / 2 / bytes_per_element / 64 * 64).max(64)
}

/// A step that computes like this on so many threads.
fn ready<P: Problem, F>(threads: usize, mut compute: F) -> Ready<P>
where
    F: FnMut(&P::Input, &mut P::Output) -> Result<(), RunError> + 'static,
{
    validation::ready(threads, move |input: &P::Input, output: &mut P::Output| {
        compute(input, output).map_err(|error| StepError::Failed(error.to_string()))
    })
}

/// Threads of their own for a step.
fn pool(threads: usize) -> Result<ThreadPool, StepError> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| refused(threads, &error))
}

/// Compiles the text of a step.
fn compile(text: &str, inputs: &[(&str, Type)]) -> Result<Program, StepError> {
    let failed = |error: CompileError| StepError::Failed(error.to_string());
    Expression::parse(text).map_err(failed)?.compile(inputs).map_err(failed)
}
