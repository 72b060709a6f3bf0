//! Vector instructions, portable and by name.

mod balance;
mod cpu;
pub mod distance;
pub mod expression;
mod fused;
pub mod mandelbrot;
#[cfg(target_arch = "x86_64")]
mod orbits;
pub mod particles;
pub mod pi;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod registers;
pub mod slices;
mod swarm;
#[cfg(test)]
mod tests;
mod vectors;

use validation::{Ladder, ladder};

pub use balance::Balance;
pub(crate) use cpu::needs;
pub use cpu::{InstructionSet, instruction_sets};
pub use vectors::MOST_VECTORS;

/// The steps of this chapter, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![
        ladder(mandelbrot::STEPS),
        ladder(expression::STEPS),
        ladder(particles::STEPS),
        ladder(distance::STEPS),
        ladder(pi::STEPS),
    ]
}
