//! Everything at once: the algorithm of the scalar kernels in vectors, and only for the points that still need it.

mod lanes;
pub mod mandelbrot;
mod points;
mod rounds;
mod rows;
#[cfg(test)]
mod tests;

pub use rows::{Picture, Rows};
use validation::{Ladder, ladder};

/// The steps of this part of chapter 7, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS)]
}
