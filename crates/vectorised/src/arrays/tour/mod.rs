//! A tour of arrays: what the book shows with NumPy, with the line that does it in `ndarray` beside it.
//!
//! Source: Gabriele Lanaro, *Python High Performance Programming*, chapter 2. Every line is a function, with the
//! same answer as NumPy; [`STOPS`] lists them, and tests compare the list with the functions, with this table and, where it is
//! installed, with NumPy.
//!
#![doc = include_str!("tour.md")]

mod functions;
mod shown;
mod stops;
#[cfg(test)]
mod tests;

pub use functions::*;
pub use stops::{GIVEN, STOPS, Stop, markdown};
