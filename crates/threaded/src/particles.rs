//! The particle ladder of the threads: no particle knows another, so that each thread can take some all the way to the end of time.

use std::sync::Barrier;
use std::thread::{self, Builder};

use rayon::prelude::*;
use validation::particles::{Input, Output};
use validation::{Expected, Particles, Ready, Settings, Step, step};
use vectorised::simd::slices;

use crate::start::together;
use crate::{pool, rayon_pool, starting, team};

// ANCHOR: alone
/// One thread: in each step, each particle.
///
/// Mirrors `columns` of the scalar kernels: what the others are compared with. Look at the loop over time, which is outside.
pub fn alone(input: &Input, output: &mut Output) {
    output.x.copy_from_slice(&input.x);
    output.y.copy_from_slice(&input.y);
    evolve(&mut output.x, &mut output.y, &input.speed, input.timestep, input.steps);
}
// ANCHOR_END: alone

// ANCHOR: evolve
/// Some particles through some steps: `columns` of the scalar kernels, eight particles in each instruction.
fn evolve(x: &mut [f64], y: &mut [f64], speed: &[f64], timestep: f64, steps: usize) {
    for _ in 0..steps {
        for ((x, y), speed) in x.iter_mut().zip(&mut *y).zip(speed) {
            let norm = (*x * *x + *y * *y).sqrt();
            let vx = -*y / norm;
            let vy = *x / norm;
            *x += timestep * speed * vx;
            *y += timestep * speed * vy;
        }
    }
}
// ANCHOR_END: evolve

// ANCHOR: synchronised
/// A share of the particles for each thread; after each step all wait for all.
///
/// Mirrors a parallel loop inside of the loop over time, with the barrier that OpenMP puts at its end. Look at what is waited for:
/// nothing, for no particle looks at another. With thousands of steps it is the waiting that takes the time. And look at `together`:
/// no thread begins before all are there; else they would wait without end for one that the system refused.
pub fn synchronised(_: &Input, settings: &Settings) -> Ready<Particles> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        let share = input.particles().div_ceil(threads);
        let columns = output.x.chunks_mut(share).zip(output.y.chunks_mut(share)).zip(input.speed.chunks(share));
        let barrier = &Barrier::new(columns.len());
        together(columns.map(|((x, y), speed)| {
            move || {
                for _ in 0..input.steps {
                    evolve(x, y, speed, input.timestep, 1);
                    barrier.wait();
                }
            }
        }))
    })
}
// ANCHOR_END: synchronised

// ANCHOR: bands
/// A share of the particles for each thread, all the way.
///
/// Mirrors the book's `prange` over particles in its chapter on OpenMP. Look at what is gone: ten thousand meetings.
pub fn bands(_: &Input, settings: &Settings) -> Ready<Particles> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        let share = input.particles().div_ceil(threads);
        let columns = output.x.chunks_mut(share).zip(output.y.chunks_mut(share)).zip(input.speed.chunks(share));
        thread::scope(|scope| {
            for ((x, y), speed) in columns {
                Builder::new().spawn_scoped(scope, move || evolve(x, y, speed, input.timestep, input.steps))?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: bands

// ANCHOR: pooled
/// Threads that are there already, a share for each.
///
/// Mirrors the book's pool. Look at the difference to `bands`: it is lost in the time of the work, as it should be.
pub fn pooled(_: &Input, settings: &Settings) -> Ready<Particles> {
    let pool = pool(settings.threads.get())?;
    team(pool.threads(), move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        let share = input.particles().div_ceil(pool.threads());
        let columns = output.x.chunks_mut(share).zip(output.y.chunks_mut(share)).zip(input.speed.chunks(share));
        pool.run(columns.map(|((x, y), speed)| move || evolve(x, y, speed, input.timestep, input.steps)));
    })
}
// ANCHOR_END: pooled

// ANCHOR: parallel
/// A parallel iterator over groups of particles, several for each thread.
///
/// Mirrors `numba.prange` over particles. Look at the size of a group: too small, and the square roots of one step wait for those of
/// the last; too large, and a thread is idle at the end.
pub fn parallel(_: &Input, settings: &Settings) -> Ready<Particles> {
    let pool = rayon_pool(settings.threads.get())?;
    let group = settings.chunk.map_or(GROUP, usize::from);
    team(pool.current_num_threads(), move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        pool.install(|| {
            let columns = output.x.par_chunks_mut(group).zip(output.y.par_chunks_mut(group));
            let columns = columns.zip(input.speed.par_chunks(group)).with_max_len(1);
            columns.for_each(|((x, y), speed)| evolve(x, y, speed, input.timestep, input.steps));
        });
    })
}
// ANCHOR_END: parallel

// ANCHOR: vectors
/// Groups of a few vectors each, which stay in registers from the first step to the last.
///
/// Mirrors OpenMP over the step `interleaved` of the vector instructions. Look at the limit: a square root and two divisions are what
/// is left, and each core has one divider.
pub fn vectors(_: &Input, settings: &Settings) -> Ready<Particles> {
    let pool = rayon_pool(settings.threads.get())?;
    let group = settings.chunk.map_or(slices::PARTICLES_AT_ONCE, usize::from);
    team(pool.current_num_threads(), move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        pool.install(|| {
            let columns = output.x.par_chunks_mut(group).zip(output.y.par_chunks_mut(group));
            let columns = columns.zip(input.speed.par_chunks(group)).with_max_len(1);
            columns.for_each(|((x, y), speed)| slices::particles(x, y, speed, input.timestep, input.steps));
        });
    })
}
// ANCHOR_END: vectors

/// Particles in a group: enough for the square roots of one step not to wait for those of the last.
const GROUP: usize = 64;

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(alone, "kernels::particles::columns", "one thread, to compare with"),
    step!(prepared synchronised, "a parallel loop inside of time", "all wait for all after each step")
        .lesson(Expected::Slower),
    step!(prepared bands, "the book's prange over particles", "a share for each thread, all the way"),
    step!(prepared pooled, "the book's pool, with threads", "threads that wait at a channel"),
    step!(prepared parallel, "rayon; numba.prange", "a parallel iterator over groups"),
    step!(prepared vectors, "OpenMP over vectors", "five vectors, in registers all the way"),
];
