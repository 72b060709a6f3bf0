//! The Mandelbrot ladder: three files of Python, interpreted first, then compiled while they run.

use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Ready, Settings, Step, StepError, ready, step};

use crate::machine::{Engine, Interpreter};
use crate::programs::{EXPANDED, PURE_PYTHON, PURE_PYTHON_2, Program};
use crate::value::Value;

// ANCHOR: interpreted
/// Bytecode: every operation is looked up by the types of its operands, and every value is kept with its type.
///
/// Mirrors `pure_python.py` as CPython runs it. Look at the bytecode of an iteration: most instructions only move values.
pub fn interpreted(input: &Input, _: &Settings) -> Ready<Mandelbrot> {
    calculate(input, PURE_PYTHON, Engine::Interpreted)
}
// ANCHOR_END: interpreted

// ANCHOR: dereferenced
/// The same interpreter; the program reads each element of its lists once per point.
///
/// Mirrors `pure_python_2.py` as CPython runs it. Look at the bytecode that is gone: the names, the index and the lookup of `z[i]`.
pub fn dereferenced(input: &Input, _: &Settings) -> Ready<Mandelbrot> {
    calculate(input, PURE_PYTHON_2, Engine::Interpreted)
}
// ANCHOR_END: dereferenced

// ANCHOR: interpreted_expanded
/// The same interpreter; the program has real and imaginary parts instead of complex numbers.
///
/// Mirrors the tutorial's expanded maths, which it tried in Cython only. Look at the bytecode: more instructions for less work each,
/// so what helps a compiler hurts an interpreter.
pub fn interpreted_expanded(input: &Input, _: &Settings) -> Ready<Mandelbrot> {
    calculate(input, EXPANDED, Engine::Interpreted)
}
// ANCHOR_END: interpreted_expanded

// ANCHOR: observed
/// Loops that are executed often become machine code, for the types that were seen in them.
///
/// Mirrors `pure_python.py` in PyPy. Look at what is left of an iteration's instructions: loads, guards and arithmetic.
pub fn observed(input: &Input, _: &Settings) -> Ready<Mandelbrot> {
    calculate(input, PURE_PYTHON, Engine::observed())
}
// ANCHOR_END: observed

// ANCHOR: observed_dereferenced
/// The same compiler; the program reads each element once per point.
///
/// Mirrors `pure_python_2.py` in PyPy. Look at the loads and guards that are gone.
pub fn observed_dereferenced(input: &Input, _: &Settings) -> Ready<Mandelbrot> {
    calculate(input, PURE_PYTHON_2, Engine::observed())
}
// ANCHOR_END: observed_dereferenced

// ANCHOR: observed_expanded
/// The same compiler; real and imaginary parts.
///
/// Mirrors the tutorial's expanded maths in PyPy. Look at the loop: what a compiler of Rust makes of `kernels::mandelbrot::expanded`,
/// and a test whether somebody wants the program to end.
pub fn observed_expanded(input: &Input, _: &Settings) -> Ready<Mandelbrot> {
    calculate(input, EXPANDED, Engine::observed())
}
// ANCHOR_END: observed_expanded

/// The steps in the order in which they are best read.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared interpreted, "pure_python.py, CPython", "bytecode, every value with its type")
        .temporaries(lists)
        .program(PURE_PYTHON.file, "calculate_z"),
    step!(prepared dereferenced, "pure_python_2.py, CPython", "elements read once per point")
        .temporaries(lists)
        .program(PURE_PYTHON_2.file, "calculate_z"),
    step!(prepared interpreted_expanded, "+ expanded math, CPython", "real and imaginary parts")
        .temporaries(lists)
        .program(EXPANDED.file, "calculate_z"),
    step!(prepared observed, "pure_python.py, PyPy", "hot loops compiled while they run")
        .lesson(Expected::Faster)
        .temporaries(lists)
        .program(PURE_PYTHON.file, "calculate_z"),
    step!(prepared observed_dereferenced, "pure_python_2.py, PyPy", "elements read once per point")
        .temporaries(lists)
        .program(PURE_PYTHON_2.file, "calculate_z"),
    step!(prepared observed_expanded, "+ expanded math, PyPy", "real and imaginary parts")
        .temporaries(lists)
        .program(EXPANDED.file, "calculate_z"),
];

/// The lists q, z and output.
fn lists(input: &Input) -> u64 {
    3 * (input.width() * input.height() * size_of::<Value>()) as u64
}

/// The program's `calculate_z(q, maxiter, z)`: the file is translated and the list q filled before the clock starts.
fn calculate(input: &Input, program: Program, engine: Engine) -> Ready<Mandelbrot> {
    let mut interpreter = program.imported(engine)?;
    let mut run = prepared(&mut interpreter, input)?;
    ready(1, move |input: &Input, counts: &mut Output| run(&mut interpreter, input, counts))
}

/// Fills the list q. What calls the function is called with the same interpreter.
pub(crate) fn prepared(
    interpreter: &mut Interpreter,
    input: &Input,
) -> Result<impl FnMut(&mut Interpreter, &Input, &mut Output) -> Result<(), StepError> + use<>, StepError> {
    let function = global(interpreter, "calculate_z")?;
    let points = input.q().iter().map(|point| Value::Complex(point.re, point.im)).collect();
    let q = interpreter.keep_list(points);
    Ok(move |interpreter: &mut Interpreter, input: &Input, counts: &mut Output| {
        let zeros = vec![Value::Complex(0.0, 0.0); input.q().len()];
        let z = interpreter.machine().heap.list(zeros);
        let output = interpreter.call(function, &[q, Value::Int(i64::from(input.max_iterations)), z])?;
        write(interpreter, output, counts)
    })
}

/// A global name of the program.
pub(crate) fn global(interpreter: &mut Interpreter, name: &str) -> Result<Value, StepError> {
    interpreter.global(name).ok_or_else(|| StepError::Failed(format!("the program has no {name}")))
}

/// Writes a list of integers as counts.
fn write(interpreter: &mut Interpreter, output: Value, counts: &mut Output) -> Result<(), StepError> {
    let wrong = || StepError::Failed("calculate_z gives something else than a list of counts".to_owned());
    let Value::List(list) = output else { return Err(wrong()) };
    let list = &interpreter.machine().heap[list];
    if list.len() != counts.len() {
        return Err(wrong());
    }
    for (count, value) in counts.iter_mut().zip(list.iter()) {
        let Value::Int(value) = value else { return Err(wrong()) };
        *count = u32::try_from(*value).map_err(|_| wrong())?;
    }
    Ok(())
}
