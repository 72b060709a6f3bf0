//! Whole arrays with `ndarray`, as NumPy has them.

pub mod contraction;
pub mod distance;
pub mod expression;
pub mod mandelbrot;
pub mod particles;
pub mod tour;

use validation::{Ladder, ladder};

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(expression::STEPS), ladder(particles::STEPS), ladder(distance::STEPS)]
}
