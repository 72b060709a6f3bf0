//! The particles ladder of blocks: one time step of the book as an expression with two results.

use rayon::prelude::*;
use validation::particles::{Input, Output};
use validation::{Expected, Particles, Ready, Settings, Step, step};

use super::preparation::{compile, pool, ready};
use crate::compiler::{Array, Runner, Type};

/// A time step, as the compiler reads it: the new x, and the new y.
pub const TEXT: &str = "norm = sqrt(x*x + y*y); x + timestep * speed * (-y / norm), y + timestep * speed * (x / norm)";

/// The arrays of [`TEXT`].
pub const INPUTS: [(&str, Type); 4] =
    [("x", Type::Float), ("y", Type::Float), ("speed", Type::Float), ("timestep", Type::Float)];

// ANCHOR: compiled
/// A block of particles makes all its steps, from one pair of arrays to the other and back, before the next block begins.
///
/// Mirrors NumExpr in the book's loop over time, but with the blocks outside of the loop. Look at the listing: the common factor is
/// computed once, and two divisions are left.
pub fn compiled(_input: &Input, settings: &Settings) -> Ready<Particles> {
    let program = compile(TEXT, &INPUTS)?;
    let block = settings.block.map_or(program.default_block(), usize::from);
    ready(1, move |input: &Input, output: &mut Output| {
        let particles = output.x.chunks_mut(block).zip(output.y.chunks_mut(block));
        for (index, (x, y)) in particles.enumerate() {
            let (from, to) = (index * block, index * block + x.len());
            x.copy_from_slice(&input.x[from..to]);
            y.copy_from_slice(&input.y[from..to]);
            let (mut next_x, mut next_y) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            let mut runner = Runner::new(&program, x.len())?;
            let (speed, timestep) = (Array::from(&input.speed[from..to]), Array::from(&input.timestep));
            for _ in 0..input.steps {
                let now = [Array::from(&*x), Array::from(&*y), speed, timestep];
                runner.run(&now, &mut [(&mut next_x).into(), (&mut next_y).into()])?;
                x.swap_with_slice(&mut next_x);
                y.swap_with_slice(&mut next_y);
            }
        }
        Ok(())
    })
}
// ANCHOR_END: compiled

// ANCHOR: compiled_threads
/// The blocks of particles shared out to threads.
///
/// Mirrors the book's many processes, without a process. Look at the block: it is cut so that every thread has one.
pub fn compiled_threads(input: &Input, settings: &Settings) -> Ready<Particles> {
    let program = compile(TEXT, &INPUTS)?;
    let share = input.x.len().div_ceil(settings.threads.get());
    let block = settings.block.map_or(program.default_block(), usize::from).min(share);
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, output: &mut Output| {
        let particles = output.x.par_chunks_mut(block).zip(output.y.par_chunks_mut(block));
        let move_block = |(index, (x, y)): (usize, (&mut [f64], &mut [f64]))| {
            let (from, to) = (index * block, index * block + x.len());
            x.copy_from_slice(&input.x[from..to]);
            y.copy_from_slice(&input.y[from..to]);
            let (mut next_x, mut next_y) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            let mut runner = Runner::new(&program, x.len())?;
            let (speed, timestep) = (Array::from(&input.speed[from..to]), Array::from(&input.timestep));
            for _ in 0..input.steps {
                let now = [Array::from(&*x), Array::from(&*y), speed, timestep];
                runner.run(&now, &mut [(&mut next_x).into(), (&mut next_y).into()])?;
                x.swap_with_slice(&mut next_x);
                y.swap_with_slice(&mut next_y);
            }
            Ok(())
        };
        pool.install(|| particles.enumerate().try_for_each(move_block))
    })
}
// ANCHOR_END: compiled_threads

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(prepared compiled, "NumExpr in the loop over time", "a time step compiled, blocks outside"),
    step!(prepared compiled_threads, "NumExpr with threads", "blocks shared out to threads").lesson(Expected::Faster),
];
