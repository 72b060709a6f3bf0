//! The pi ladder of the threads: chunks of darts, each with a random stream of its own, so that the hits are the same on any thread.

use std::iter;
use std::sync::Mutex;
use std::thread::{self, Builder};

use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use rayon::prelude::*;
use validation::pi::{Input, Output};
use validation::random::next;
use validation::{Expected, Pi, Ready, Settings, Step, step};
use vectorised::simd::slices;

use crate::{pool, rayon_pool, starting, team};

// ANCHOR: alone
/// One thread, chunk by chunk.
///
/// Mirrors `branchless` of the scalar kernels: what the others are compared with. Look at the seed: it is the number of the chunk,
/// not of a thread.
pub fn alone(input: &Input, hits: &mut Output) {
    for (seed, hits) in (0..).zip(hits) {
        let mut stream = SplitMix64::seed_from_u64(seed);
        let mut sum = 0;
        for _ in 0..input.samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            sum += u64::from(x * x + y * y <= 1.0);
        }
        *hits = sum;
    }
}
// ANCHOR_END: alone

// ANCHOR: bands
/// A share of the chunks for each thread.
///
/// Mirrors the book's OpenMP loop with a `reduction(+)`: each thread counts for itself, and nobody waits for a lock at a dart.
/// Look at the hits: each chunk has a place of its own for them, and they are the same for any number of threads.
pub fn bands(_: &Input, settings: &Settings) -> Ready<Pi> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, hits: &mut Output| {
        let share = hits.len().div_ceil(threads);
        thread::scope(|scope| {
            for (first, hits) in (0..).step_by(share).zip(hits.chunks_mut(share)) {
                Builder::new().spawn_scoped(scope, move || {
                    for (seed, hits) in (first..).zip(hits) {
                        let mut stream = SplitMix64::seed_from_u64(seed);
                        let mut sum = 0;
                        for _ in 0..input.samples {
                            let x = next(&mut stream) * 2.0 - 1.0;
                            let y = next(&mut stream) * 2.0 - 1.0;
                            sum += u64::from(x * x + y * y <= 1.0);
                        }
                        *hits = sum;
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: bands

// ANCHOR: queued
/// Who is free takes the next chunk.
///
/// Mirrors the book's `pool.map(sample, ...)` with a chunk for each task. Look at the lock: it is taken once for each chunk, not once
/// for each dart.
pub fn queued(_: &Input, settings: &Settings) -> Ready<Pi> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, hits: &mut Output| {
        let queue = Mutex::new((0..).zip(hits));
        thread::scope(|scope| {
            for _ in 0..threads {
                Builder::new().spawn_scoped(scope, || {
                    for (seed, hits) in iter::from_fn(|| queue.lock().expect("no chunk panics").next()) {
                        let mut stream = SplitMix64::seed_from_u64(seed);
                        let mut sum = 0;
                        for _ in 0..input.samples {
                            let x = next(&mut stream) * 2.0 - 1.0;
                            let y = next(&mut stream) * 2.0 - 1.0;
                            sum += u64::from(x * x + y * y <= 1.0);
                        }
                        *hits = sum;
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: queued

// ANCHOR: pooled
/// Threads that are there already, a job for each chunk.
///
/// Mirrors the book's pool as it is used there: made once, asked many times. Look at *prepared*.
pub fn pooled(_: &Input, settings: &Settings) -> Ready<Pi> {
    let pool = pool(settings.threads.get())?;
    team(pool.threads(), move |input: &Input, hits: &mut Output| {
        pool.run((0..).zip(hits).map(|(seed, hits)| {
            move || {
                let mut stream = SplitMix64::seed_from_u64(seed);
                let mut sum = 0;
                for _ in 0..input.samples {
                    let x = next(&mut stream) * 2.0 - 1.0;
                    let y = next(&mut stream) * 2.0 - 1.0;
                    sum += u64::from(x * x + y * y <= 1.0);
                }
                *hits = sum;
            }
        }));
    })
}
// ANCHOR_END: pooled

// ANCHOR: parallel
/// A parallel iterator over the chunks.
///
/// Mirrors `numba.prange` with its sum. Look at the order: it is not known which thread throws which chunk, and it does not matter.
pub fn parallel(_: &Input, settings: &Settings) -> Ready<Pi> {
    let pool = rayon_pool(settings.threads.get())?;
    team(pool.current_num_threads(), move |input: &Input, hits: &mut Output| {
        pool.install(|| {
            hits.par_iter_mut().enumerate().with_max_len(1).for_each(|(seed, hits)| {
                let mut stream = SplitMix64::seed_from_u64(seed as u64);
                let mut sum = 0;
                for _ in 0..input.samples {
                    let x = next(&mut stream) * 2.0 - 1.0;
                    let y = next(&mut stream) * 2.0 - 1.0;
                    sum += u64::from(x * x + y * y <= 1.0);
                }
                *hits = sum;
            });
        });
    })
}
// ANCHOR_END: parallel

// ANCHOR: vectors
/// Eight darts in each instruction.
///
/// Mirrors OpenMP's `reduction(+)` over the step `named` of the vector instructions. Look at the hits: they are those of `alone`, to the
/// last dart.
pub fn vectors(_: &Input, settings: &Settings) -> Ready<Pi> {
    let (chunk, pool) = (slices::pi()?, rayon_pool(settings.threads.get())?);
    team(pool.current_num_threads(), move |input: &Input, hits: &mut Output| {
        pool.install(|| {
            hits.par_iter_mut().enumerate().with_max_len(1).for_each(|(seed, hits)| {
                *hits = chunk(seed as u64, input.samples);
            });
        });
    })
}
// ANCHOR_END: vectors

/// The steps, in order.
pub const STEPS: &[Step<Pi>] = &[
    step!(alone, "kernels::pi::branchless", "one thread, to compare with"),
    step!(prepared bands, "reduction(+)", "a share of the chunks for each thread").lesson(Expected::Faster),
    step!(prepared queued, "the book's pool.map", "who is free takes the next chunk"),
    step!(prepared pooled, "the book's pool, with threads", "threads that wait at a channel"),
    step!(prepared parallel, "rayon; numba.prange", "a parallel iterator over chunks"),
    step!(prepared vectors, "OpenMP over AVX-512", "eight darts in each instruction"),
];
