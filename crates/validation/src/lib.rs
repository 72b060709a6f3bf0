//! The problems of *High Performance Rust*: fixed inputs, known answers, and verdicts.
//!
//! A *problem* is one computation with a fixed input and a known answer. A *step* is one way of computing it: one function. A
//! *ladder* is the list of a technique's steps for one problem, each one idea more than the step before. Everything that a step
//! needs from outside its own loop is here: the input, an output of the right shape, and the verdict on what it wrote.
//!
//! ```
//! use validation::{Mandelbrot, Precision, Problem, mandelbrot};
//!
//! let sizes = mandelbrot::Sizes { width: 50, height: 50, max_iterations: 30 };
//! let input = Mandelbrot::input(&sizes)?;
//! let mut counts = Mandelbrot::output(&input);
//! mandelbrot::reference(&input, &mut counts);
//!
//! Mandelbrot::verify(&input, &counts, Precision::Exact).expect("every count is right");
//! assert_eq!(Mandelbrot::validation_sum(&counts), "6502");
//! # Ok::<(), validation::InputError>(())
//! ```

mod amount;
mod checked;
pub mod distance;
mod element;
pub mod expression;
mod input;
mod ladder;
pub mod mandelbrot;
pub mod memory;
pub mod parallel;
pub mod particles;
mod pattern;
pub mod pi;
mod problem;
pub mod random;
mod step;
mod step_error;
mod verdict;

pub use checked::{Checked, NoAnswer};
pub use distance::Distance;
pub use expression::Expression;
pub use input::{InputError, Scale, SizeRequest};
pub use ladder::{Ladder, Session, SharedInput, ladder};
pub use mandelbrot::Mandelbrot;
pub use particles::Particles;
pub use pi::Pi;
pub use problem::{Case, Problem, Work};
pub use step::{Ceiling, Expected, Kind, Plain, Prepare, Prepared, Program, Ready, Settings, Step, StepInfo, ready};
pub use step_error::StepError;
pub use verdict::{Mismatch, Most, Precision, Reach, Verified};

/// What the reference program printed, for the tests of the problems.
#[cfg(test)]
pub(crate) fn known_answers() -> serde_json::Value {
    serde_json::from_str(include_str!("../known/reference.json")).expect("known/reference.json is JSON")
}
