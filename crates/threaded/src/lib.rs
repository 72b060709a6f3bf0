//! Threads: scoped quadrants, parallel ranges and their schedules, locks and atomics.
//!
//! A thread computes what one core computes; the question of this crate is which thread does which row, and how long others wait. The
//! ladders go from the talk's four quadrants over bands, dealt rows, shared queues, a pool and stealing to rayon, first over the
//! scalar loop, then over the vector kernels of the crate `vectorised`. Rows are handed out as `&mut` slices: that no two threads
//! write the same element is not tested here but proven by the compiler.
//!
//! Beside the ladders:
//! - [`prange`]: a parallel range with the schedules of OpenMP, and a timeline of who did what when;
//! - [`start`]: threads that may wait for each other, because all of them begin or none;
//! - [`pool`]: threads that live longer than one parallel step, and [`latch`], by which they say that they are done;
//! - [`counters`]: one number that several threads add to, wrong and right, slow and fast;
//! - [`affinity`]: on which CPU a thread runs;
//! - [`amdahl`]: how much of a program runs on one thread, told from its times.
//!
//! ```
//! use threaded::prange::{Schedule, prange};
//!
//! let mut squares = vec![0; 10];
//! prange(3, Schedule::Dynamic(2), &mut squares, 1, None, |row, square| square[0] = row * row)?;
//! assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod affinity;
pub mod amdahl;
mod caught;
pub mod counters;
pub mod distance;
pub mod expression;
pub mod latch;
pub mod mandelbrot;
pub mod particles;
pub mod pi;
pub mod pool;
pub mod prange;
pub mod start;
mod sync;

use std::io;

use rayon::{ThreadPool, ThreadPoolBuilder};
use validation::parallel::refused;
use validation::{Ladder, Problem, Ready, StepError, ladder, ready};

use crate::pool::Pool;

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

/// A step that runs on so many threads, which are there.
fn team<P: Problem>(threads: usize, mut run: impl FnMut(&P::Input, &mut P::Output) + 'static) -> Ready<P> {
    ready(threads, move |input: &P::Input, output: &mut P::Output| {
        run(input, output);
        Ok(())
    })
}

/// A step that starts so many threads in each run, and fails when the system refuses one.
fn starting<P: Problem>(
    threads: usize,
    mut run: impl FnMut(&P::Input, &mut P::Output) -> io::Result<()> + 'static,
) -> Ready<P> {
    ready(threads, move |input: &P::Input, output: &mut P::Output| {
        run(input, output).map_err(|error| refused(threads, &error))
    })
}

/// A pool of our own.
fn pool(threads: usize) -> Result<Pool, StepError> {
    Pool::new(threads).map_err(|error| refused(threads, &error))
}

/// A pool of rayon's, beside the global one, with as many threads as asked for.
fn rayon_pool(threads: usize) -> Result<ThreadPool, StepError> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| refused(threads, &error))
}
