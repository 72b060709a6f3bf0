//! Why the chapter ends early: a wrong answer, or a profile that cannot be made.

use std::error::Error;

use runner::{Failure, Part};
use validation::mandelbrot::Input;
use validation::{Mandelbrot, Precision, Problem};

/// What goes wrong with a profile or its file.
pub(crate) fn failed(error: impl Error) -> Failure {
    Failure::Io(error.to_string())
}

/// A wrong answer ends the chapter: the time of a wrong program is of no interest.
pub(crate) fn check(part: &Part<'_>, input: &Input, output: &Vec<u32>) -> Result<(), Failure> {
    match Mandelbrot::verify(input, output, Precision::Exact) {
        Ok(_) => Ok(()),
        Err(mismatch) => {
            part.line(mismatch)?;
            Err(Failure::Wrong)
        }
    }
}
