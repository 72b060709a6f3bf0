//! Whole arrays with `ndarray`, as NumPy has them: one operation for all elements, then the next.
//!
//! Each ladder begins with the array program as it is written in Python, and takes away what such programs cost: elements asked for one at a
//! time, arrays that hold a result until the next line, walks through memory, axes too short for a vector, and work on points that are long
//! finished. [`tour`] shows what arrays can do, with the NumPy line beside each function, and [`contraction`] why NumPy's Mandelbrot
//! program counts otherwise.
//!
//! ```
//! use validation::{Mandelbrot, Problem};
//! use vectorised::arrays::mandelbrot;
//!
//! let sizes = validation::mandelbrot::Sizes { width: 100, height: 100, max_iterations: 300 };
//! let input = Mandelbrot::input(&sizes)?;
//! let mut counts = Mandelbrot::output(&input);
//! mandelbrot::whole_array(&input, &mut counts);
//!
//! let made = mandelbrot::iterations(&input, &counts);
//! assert_eq!((made.needed, made.whole_array), (654_823, 3_000_000));
//! # Ok::<(), validation::InputError>(())
//! ```

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
