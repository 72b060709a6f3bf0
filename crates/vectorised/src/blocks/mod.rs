//! Blocks that fit the cache, and an expression compiler that works on them.
//!
//! A block step does one operation at a time, as NumPy does, but on a block of elements that stays in the nearest cache until all
//! operations are done. `Settings::block` is its number of elements; without it the block is chosen from the machine's caches. A compiled step
//! hands the same expression to the [`compiler`](crate::compiler).

pub mod distance;
pub mod expression;
pub mod mandelbrot;
pub mod particles;
mod preparation;

use validation::{Ladder, ladder};

pub use preparation::fitting_block;

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![ladder(mandelbrot::STEPS), ladder(expression::STEPS), ladder(particles::STEPS), ladder(distance::STEPS)]
}
