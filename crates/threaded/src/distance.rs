//! The distance ladder of the threads: from each point to each other, rows that are written and never read.

use std::thread::{self, Builder};

use rayon::prelude::*;
use validation::distance::{Input, Output};
use validation::{Distance, Expected, Ready, Settings, Step, step};
use vectorised::simd::slices;

use crate::{pool, rayon_pool, starting, team};

// ANCHOR: alone
/// One thread, a row at a time.
///
/// Mirrors `rows` of the scalar kernels: what the others are compared with. Look for the packed square root.
pub fn alone(input: &Input, output: &mut Output) {
    let points = input.points();
    for ((row, x), y) in output.chunks_exact_mut(points).zip(&input.x).zip(&input.y) {
        for ((distance, other_x), other_y) in row.iter_mut().zip(&input.x).zip(&input.y) {
            let dx = other_x - x;
            let dy = other_y - y;
            *distance = (dx * dx + dy * dy).sqrt();
        }
    }
}
// ANCHOR_END: alone

// ANCHOR: bands
/// As many bands of rows as there are threads.
///
/// Mirrors OpenMP's `schedule(static)` over the outer loop. Look at who reads what: all threads read all points, which is no sharing that
/// costs anything, because nobody writes them.
pub fn bands(_: &Input, settings: &Settings) -> Ready<Distance> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, output: &mut Output| {
        let points = input.points();
        let rows = points.div_ceil(threads);
        let bands = output.chunks_mut(rows * points).zip(input.x.chunks(rows)).zip(input.y.chunks(rows));
        thread::scope(|scope| {
            for ((output, x), y) in bands {
                Builder::new().spawn_scoped(scope, move || {
                    for ((row, x), y) in output.chunks_exact_mut(points).zip(x).zip(y) {
                        for ((distance, other_x), other_y) in row.iter_mut().zip(&input.x).zip(&input.y) {
                            let dx = other_x - x;
                            let dy = other_y - y;
                            *distance = (dx * dx + dy * dy).sqrt();
                        }
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: bands

// ANCHOR: pooled
/// Threads that are there already, a band for each.
///
/// Mirrors the book's pool. Look at the size where it beats `bands`: it is a small one.
pub fn pooled(_: &Input, settings: &Settings) -> Ready<Distance> {
    let pool = pool(settings.threads.get())?;
    team(pool.threads(), move |input: &Input, output: &mut Output| {
        let points = input.points();
        let rows = points.div_ceil(pool.threads());
        let bands = output.chunks_mut(rows * points).zip(input.x.chunks(rows)).zip(input.y.chunks(rows));
        pool.run(bands.map(|((output, x), y)| {
            move || {
                for ((row, x), y) in output.chunks_exact_mut(points).zip(x).zip(y) {
                    for ((distance, other_x), other_y) in row.iter_mut().zip(&input.x).zip(&input.y) {
                        let dx = other_x - x;
                        let dy = other_y - y;
                        *distance = (dx * dx + dy * dy).sqrt();
                    }
                }
            }
        }));
    })
}
// ANCHOR_END: pooled

// ANCHOR: parallel
/// A parallel iterator over the rows.
///
/// Mirrors `numba.prange`. Look at the difference to `alone`: four letters, and a pool that was there before.
pub fn parallel(_: &Input, settings: &Settings) -> Ready<Distance> {
    let pool = rayon_pool(settings.threads.get())?;
    team(pool.current_num_threads(), move |input: &Input, output: &mut Output| {
        let points = input.points();
        pool.install(|| {
            let rows = output.par_chunks_exact_mut(points).zip(&input.x).zip(&input.y);
            rows.for_each(|((row, x), y)| {
                for ((distance, other_x), other_y) in row.iter_mut().zip(&input.x).zip(&input.y) {
                    let dx = other_x - x;
                    let dy = other_y - y;
                    *distance = (dx * dx + dy * dy).sqrt();
                }
            });
        });
    })
}
// ANCHOR_END: parallel

// ANCHOR: streamed
/// Rows whose stores go past the caches.
///
/// Mirrors OpenMP over the step `streamed` of the vector instructions. Look at the bytes: the matrix is written and never read, not even
/// in order to be written.
pub fn streamed(_: &Input, settings: &Settings) -> Ready<Distance> {
    let (distance, pool) = (slices::distance()?, rayon_pool(settings.threads.get())?);
    team(pool.current_num_threads(), move |input: &Input, output: &mut Output| {
        let points = input.points();
        pool.install(|| {
            let rows = output.par_chunks_exact_mut(points).zip(&input.x).zip(&input.y);
            rows.for_each(|((row, &x), &y)| distance(&[x], &[y], &input.x, &input.y, row));
        });
    })
}
// ANCHOR_END: streamed

/// The steps, in order.
pub const STEPS: &[Step<Distance>] = &[
    step!(alone, "kernels::distance::rows", "one thread, to compare with"),
    step!(prepared bands, "schedule(static)", "a band of rows for each thread").lesson(Expected::Faster),
    step!(prepared pooled, "the book's pool, with threads", "threads that wait at a channel"),
    step!(prepared parallel, "rayon; numba.prange", "a parallel iterator over rows"),
    step!(prepared streamed, "OpenMP over AVX-512", "stores that go past the caches"),
];
