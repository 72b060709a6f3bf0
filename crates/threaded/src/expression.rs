//! The expression ladder of the threads: (a + b) * 2 + a * b over two matrices. Every row costs the same, and all wait for memory.

use std::thread::{self, Builder};

use ndarray::{ArrayView2, ArrayViewMut2, Axis, Slice, Zip, s};
use rayon::prelude::*;
use validation::expression::{Input, Output};
use validation::{Expected, Expression, Ready, Settings, Step, step};
use vectorised::simd::slices;

use crate::prange::{Schedule, prange};
use crate::{pool, rayon_pool, starting, team};

// ANCHOR: alone
/// One thread, one loop.
///
/// Mirrors `zipped` of the scalar kernels: what the others are compared with. Look at the limit: it is that of one thread, and one
/// thread cannot keep the memory busy.
pub fn alone(input: &Input, output: &mut Output) {
    for ((output, a), b) in output.iter_mut().zip(&input.a).zip(&input.b) {
        *output = (a + b) * 2.0 + a * b;
    }
}
// ANCHOR_END: alone

// ANCHOR: quadrants
/// Four threads, a quarter of the matrices each.
///
/// Mirrors the talk's `add_arrays_2d`, with `num_threads=4` and a branch for each thread. Look at the borrow: `output` is split where
/// the talk slices, and a quadrant that is handed to two threads does not compile.
pub fn quadrants(_: &Input, _: &Settings) -> Ready<Expression> {
    starting(4, |input: &Input, output: &mut Output| {
        let shape = (input.rows, input.cols);
        let (v, h) = (input.rows / 2, input.cols / 2);
        let a = ArrayView2::from_shape(shape, &input.a).expect("the input has rows * cols values");
        let b = ArrayView2::from_shape(shape, &input.b).expect("the input has rows * cols values");
        let output = ArrayViewMut2::from_shape(shape, output).expect("the output has rows * cols values");
        let (top, bottom) = output.split_at(Axis(0), v);
        let (top_left, top_right) = top.split_at(Axis(1), h);
        let (bottom_left, bottom_right) = bottom.split_at(Axis(1), h);
        let quadrant = |output: ArrayViewMut2<f64>, rows: Slice, cols: Slice| {
            Zip::from(output).and(a.slice(s![rows, cols])).and(b.slice(s![rows, cols])).for_each(|output, a, b| {
                *output = (a + b) * 2.0 + a * b;
            });
        };
        let ended = crossbeam::thread::scope(|scope| {
            scope.builder().spawn(|_| quadrant(top_left, Slice::from(..v), Slice::from(..h)))?;
            scope.builder().spawn(|_| quadrant(top_right, Slice::from(..v), Slice::from(h..)))?;
            scope.builder().spawn(|_| quadrant(bottom_right, Slice::from(v..), Slice::from(h..)))?;
            scope.builder().spawn(|_| quadrant(bottom_left, Slice::from(v..), Slice::from(..h)))?;
            Ok(())
        });
        ended.expect("no quadrant panics")
    })
}
// ANCHOR_END: quadrants

// ANCHOR: bands
/// As many bands as there are threads.
///
/// Mirrors OpenMP's `schedule(static)`, in the threads of the standard library. Look at the size below which it does not pay: starting
/// a thread takes as long as some ten thousand elements.
pub fn bands(_: &Input, settings: &Settings) -> Ready<Expression> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, output: &mut Output| {
        let band = output.len().div_ceil(threads);
        thread::scope(|scope| {
            for ((output, a), b) in output.chunks_mut(band).zip(input.a.chunks(band)).zip(input.b.chunks(band)) {
                Builder::new().spawn_scoped(scope, move || {
                    for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
                        *output = (a + b) * 2.0 + a * b;
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: bands

// ANCHOR: ranged
/// A parallel range over the rows.
///
/// Mirrors the talk's `prange(outer, schedule='static', num_threads=num_threads)`. Look at the schedule: every row costs the same, so
/// that there is nothing to be decided while the threads run.
pub fn ranged(_: &Input, settings: &Settings) -> Ready<Expression> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, output: &mut Output| {
        let cols = input.cols;
        prange(threads, Schedule::Static, output, cols, None, |row, output| {
            let (a, b) = (&input.a[row * cols..][..cols], &input.b[row * cols..][..cols]);
            for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
                *output = (a + b) * 2.0 + a * b;
            }
        })
    })
}
// ANCHOR_END: ranged

// ANCHOR: pooled
/// Threads that are there already, a band for each.
///
/// Mirrors what OpenMP does behind its first parallel loop. Look at small sizes: waking a thread is cheaper than starting one, and
/// not free.
pub fn pooled(_: &Input, settings: &Settings) -> Ready<Expression> {
    let pool = pool(settings.threads.get())?;
    team(pool.threads(), move |input: &Input, output: &mut Output| {
        let band = output.len().div_ceil(pool.threads());
        let bands = output.chunks_mut(band).zip(input.a.chunks(band)).zip(input.b.chunks(band));
        pool.run(bands.map(|((output, a), b)| {
            move || {
                for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
                    *output = (a + b) * 2.0 + a * b;
                }
            }
        }));
    })
}
// ANCHOR_END: pooled

// ANCHOR: parallel
/// A parallel iterator over pieces of the three arrays.
///
/// Mirrors `numba.prange`. Look at the size of a piece: a page of each array is too little to be worth a decision, so it is many.
pub fn parallel(_: &Input, settings: &Settings) -> Ready<Expression> {
    let pool = rayon_pool(settings.threads.get())?;
    let piece = settings.chunk.map_or(PIECE, usize::from);
    team(pool.current_num_threads(), move |input: &Input, output: &mut Output| {
        pool.install(|| {
            let pieces = output.par_chunks_mut(piece).zip(input.a.par_chunks(piece)).zip(input.b.par_chunks(piece));
            pieces.for_each(|((output, a), b)| {
                for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
                    *output = (a + b) * 2.0 + a * b;
                }
            });
        });
    })
}
// ANCHOR_END: parallel

// ANCHOR: streamed
/// Bands whose stores go past the caches.
///
/// Mirrors OpenMP over the step `streamed` of the vector instructions. Look at the bytes: an ordinary store reads the line first, so
/// that four arrays are moved where three would do, and memory is what the threads wait for.
pub fn streamed(_: &Input, settings: &Settings) -> Ready<Expression> {
    let (expression, pool) = (slices::expression()?, pool(settings.threads.get())?);
    team(pool.threads(), move |input: &Input, output: &mut Output| {
        let band = output.len().div_ceil(pool.threads());
        let bands = output.chunks_mut(band).zip(input.a.chunks(band)).zip(input.b.chunks(band));
        pool.run(bands.map(|((output, a), b)| move || expression(a, b, output)));
    })
}
// ANCHOR_END: streamed

/// Elements in a piece: 256 KiB of each array.
const PIECE: usize = 32 * 1024;

/// The steps, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(alone, "kernels::expression::zipped", "one thread, to compare with"),
    step!(prepared quadrants, "the talk's thread_id if/elif", "four threads, a quarter each").lesson(Expected::Faster),
    step!(prepared bands, "schedule(static)", "a band of rows for each thread"),
    step!(prepared ranged, "the talk's prange", "a parallel range, static"),
    step!(prepared pooled, "the book's pool, with threads", "threads that wait at a channel"),
    step!(prepared parallel, "rayon; numba.prange", "a parallel iterator"),
    step!(prepared streamed, "OpenMP over AVX-512", "stores that go past the caches"),
];
