//! A small Python.

pub mod builtins;
pub mod bytecode;
pub mod compile;
pub mod describe;
pub mod error;
#[cfg(test)]
mod expressions;
pub mod heap;
pub mod iteration;
pub mod library;
mod list;
pub mod listing;
pub mod machine;
pub mod mandelbrot;
pub mod modules;
pub mod names;
pub mod native;
pub mod objects;
pub mod operators;
pub mod particles;
pub mod programs;
pub mod source;
pub mod state;
pub mod table;
pub mod text;
pub mod types;
pub mod value;

use validation::{Ladder, ladder};

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(particles::STEPS)]
}
