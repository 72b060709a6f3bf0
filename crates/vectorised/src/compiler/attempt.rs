//! Any text, read, compiled, listed and run: what the fuzz target calls.

use num_complex::Complex;

use super::array::Array;
use super::error::CompileError;
use super::operation::Type;
use super::parse::Expression;
use super::run::Options;

/// Reads, compiles, lists and runs a text, whatever it is: what the fuzz target and the tests of random texts call.
///
/// # Panics
/// When something is not as it should be: an error has to be three lines, with a caret alone in the third.
pub fn try_text(text: &str) {
    let wrong = |error: CompileError| {
        let shown = error.to_string();
        let lines: Vec<_> = shown.lines().collect();
        let begins = shown.starts_with(&format!("column {}: ", error.column()));
        assert!(begins && lines.len() == 3 && lines[2].trim_start() == "^", "{shown}");
    };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => return wrong(error),
    };
    let kinds = [Type::Float, Type::Int, Type::Complex, Type::Bool];
    let inputs: Vec<_> = expression.names().into_iter().zip(kinds.into_iter().cycle()).collect();
    let program = match expression.compile(&inputs) {
        Ok(program) => program,
        Err(error) => return wrong(error),
    };
    assert!(program.disassemble().lines().count() >= 4);
    let (floats, ints, bools) = ([0.5, f64::NAN], [i64::MIN, 0], [true, false]);
    let complexes = [Complex::new(1.0, -1.0); 2];
    let array = |kind| match kind {
        Type::Float => Array::from(&floats[..]),
        Type::Int => Array::from(&ints[..]),
        Type::Complex => Array::from(&complexes[..]),
        Type::Bool => Array::from(&bools[..]),
    };
    let arrays: Vec<_> = inputs.iter().map(|input| array(input.1)).collect();
    // An axis that is not there is an error that a text can have.
    let _ = program.run(&arrays, &Options::default());
}
