//! A step, run to be looked at: its interpreter knows afterwards what was counted and what was compiled.

use std::rc::Rc;

use validation::{Mandelbrot, Particles, Precision, Problem, SharedInput, StepError, StepInfo};

use crate::bytecode::Code;
use crate::listing::{self, Context, Line};
use crate::machine::{Engine, Failure, Interpreter, Watched};
use crate::programs::Program;
use crate::{mandelbrot, particles};

/// The engine of a step: those that are called `observed` compile.
pub fn engine(step: &StepInfo) -> Engine {
    if step.name.starts_with("observed") { Engine::observed() } else { Engine::Interpreted }
}

/// The file that a step runs.
///
/// # Errors
/// When it runs none of the files of this crate.
pub fn program(step: &StepInfo) -> Result<Program, StepError> {
    let file = step.program.map(|program| program.file);
    let found = crate::programs::ALL.into_iter().find(|program| Some(program.file) == file);
    found.ok_or_else(|| StepError::Failed(format!("{} runs no file of Python", step.path())))
}

/// Runs a step once, checks its answer, and gives its interpreter. Where something is to be counted, everything is interpreted, and
/// nothing counts that happens before the step's own clock would start.
///
/// # Errors
/// When the step runs no file of Python, fails, or gives a wrong answer.
pub fn run(step: &StepInfo, input: &SharedInput, watched: Option<Watched>) -> Result<Interpreter, StepError> {
    let mut interpreter = program(step)?.imported(engine(step))?;
    if let Some(input) = input.get::<Mandelbrot>() {
        let mut run = mandelbrot::prepared(&mut interpreter, input)?;
        watched.inspect(|&watched| interpreter.watch(watched));
        checked::<Mandelbrot>(input, |output| run(&mut interpreter, input, output))?;
    } else if let Some(input) = input.get::<Particles>() {
        let mut run = particles::prepared(&mut interpreter)?;
        watched.inspect(|&watched| interpreter.watch(watched));
        checked::<Particles>(input, |output| run(&mut interpreter, input, output))?;
    } else {
        return Err(StepError::Failed(format!("no file of Python computes {}", input.problem())));
    }
    Ok(interpreter)
}

fn checked<P: Problem>(
    input: &P::Input,
    run: impl FnOnce(&mut P::Output) -> Result<(), StepError>,
) -> Result<(), StepError> {
    let mut output = P::output(input);
    run(&mut output)?;
    P::verify(input, &output, Precision::Exact).map(drop).map_err(|mismatch| StepError::Failed(mismatch.to_string()))
}

/// The code of the function that a step runs, and its listing. Nothing is run.
///
/// # Errors
/// When the step runs no file of Python.
pub fn bytecode(step: &StepInfo) -> Result<(Rc<Code>, Vec<Line>), StepError> {
    let program = program(step)?;
    let function = step.program.map(|program| program.function).unwrap_or_default();
    let mut interpreter = Interpreter::new(Box::new(std::io::sink()), Vec::new());
    interpreter.load(program.source()?, "program").map_err(Failure::Source)?;
    let missing = || StepError::Failed(format!("{} has no {function}", program.file));
    let code = interpreter.codes().iter().find(|code| &*code.qualified_name == function).cloned();
    let (code, module) = code.zip(interpreter.module()).ok_or_else(missing)?;
    let machine = interpreter.machine();
    let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[module] };
    let lines = listing::listing(&code, context);
    Ok((code, lines))
}
