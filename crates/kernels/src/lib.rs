//! Scalar kernels, from boxed numbers to expanded maths: what one core does with one number at a time.
//!
//! Each module is a ladder: the steps of one problem in the order in which they are best read, each one idea more than the step
//! before it. The first step of the Mandelbrot ladder does what a dynamic language does for every arithmetic operation; the later
//! ones take away, one by one, an allocation, a bounds check, a square root, a repeated multiplication, and in the end the work
//! itself. Every step writes the same counts.
//!
//! ```
//! use kernels::mandelbrot;
//! use validation::{Mandelbrot, Precision, Problem};
//!
//! let sizes = validation::mandelbrot::Sizes { width: 100, height: 100, max_iterations: 300 };
//! let input = Mandelbrot::input(&sizes)?;
//! let mut counts = Mandelbrot::output(&input);
//! mandelbrot::expanded(&input, &mut counts);
//! assert_eq!(counts.iter().sum::<u32>(), 38_451);
//! assert!(Mandelbrot::verify(&input, &counts, Precision::Exact).is_ok());
//! # Ok::<(), validation::InputError>(())
//! ```

pub mod distance;
pub mod expression;
pub mod mandelbrot;
mod object;
pub mod particles;
pub mod pi;
pub mod tips;

use validation::{Ladder, ladder};

/// The steps of this crate, a ladder for each problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    vec![
        ladder(mandelbrot::STEPS),
        ladder(expression::STEPS),
        ladder(particles::STEPS),
        ladder(distance::STEPS),
        ladder(pi::STEPS),
    ]
}
