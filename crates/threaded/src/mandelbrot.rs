//! The Mandelbrot ladder of the threads: rows that cost a few iterations, and rows that cost a thousand for each point.

use std::iter;
use std::sync::Mutex;
use std::thread::{self, Builder};

use crossbeam::deque::{Steal, Stealer, Worker};
use ndarray::{ArrayViewMut2, Axis};
use rayon::prelude::*;
use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Ready, Settings, Step, step};
use vectorised::combined::{self, Picture};
use vectorised::simd::slices::{self, FreeRunning};

use crate::prange::{Schedule, prange};
use crate::{pool, rayon_pool, starting, team};

// ANCHOR: row
/// One row of the picture: the step `expanded` of the scalar kernels. The same in every step up to `grained`, because this chapter is
/// about who calls it.
pub fn row(row: &mut [u32], xs: &[f64], qy: f64, max_iterations: u32) {
    row.fill(0);
    for (count, &qx) in row.iter_mut().zip(xs) {
        let (mut zx, mut zy) = (0.0, 0.0);
        let (mut zx_squared, mut zy_squared) = (0.0, 0.0);
        for iteration in 0..max_iterations {
            zy = (zx * zy + zy * zx) + qy;
            zx = (zx_squared - zy_squared) + qx;
            zx_squared = zx * zx;
            zy_squared = zy * zy;
            if zx_squared + zy_squared > 4.0 {
                *count = iteration;
                break;
            }
        }
    }
}
// ANCHOR_END: row

// ANCHOR: alone
/// One thread does every row, from the top to the bottom.
///
/// Mirrors `expanded` of the scalar kernels: what the others are compared with. Look at the limit: it is that of one thread.
pub fn alone(input: &Input, counts: &mut Output) {
    for (counts, &qy) in counts.chunks_exact_mut(input.width()).zip(&input.ys) {
        row(counts, &input.xs, qy, input.max_iterations);
    }
}
// ANCHOR_END: alone

// ANCHOR: quadrants
/// Four threads, a quarter of the picture each.
///
/// Mirrors the talk's `parallel(num_threads=4)` with its `if thread_id == 0` and three `elif`. Look at what is missing: the number of
/// the thread. Each gets a view that it owns, and the compiler knows that no two overlap, because they were split.
pub fn quadrants(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    starting(4, |input: &Input, counts: &mut Output| {
        let (v, h) = (input.height() / 2, input.width() / 2);
        let counts = ArrayViewMut2::from_shape((input.height(), input.width()), counts);
        let (top, bottom) = counts.expect("a count for each point").split_at(Axis(0), v);
        let (top_left, top_right) = top.split_at(Axis(1), h);
        let (bottom_left, bottom_right) = bottom.split_at(Axis(1), h);
        let quadrant = |mut counts: ArrayViewMut2<u32>, ys: &[f64], xs: &[f64]| {
            for (mut counts, &qy) in counts.rows_mut().into_iter().zip(ys) {
                row(counts.as_slice_mut().expect("a row is contiguous"), xs, qy, input.max_iterations);
            }
        };
        let ended = crossbeam::thread::scope(|scope| {
            scope.builder().spawn(|_| quadrant(top_left, &input.ys[..v], &input.xs[..h]))?;
            scope.builder().spawn(|_| quadrant(top_right, &input.ys[..v], &input.xs[h..]))?;
            scope.builder().spawn(|_| quadrant(bottom_right, &input.ys[v..], &input.xs[h..]))?;
            scope.builder().spawn(|_| quadrant(bottom_left, &input.ys[v..], &input.xs[..h]))?;
            Ok(())
        });
        ended.expect("no quadrant panics")
    })
}
// ANCHOR_END: quadrants

// ANCHOR: bands
/// As many bands of rows as there are threads.
///
/// Mirrors OpenMP's `schedule(static)`, in the threads of the standard library. Look at the timeline: the lower half of the
/// picture mirrors the upper one, so that two halves are equal work by accident, and three bands are not.
pub fn bands(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, counts: &mut Output| {
        let rows = input.height().div_ceil(threads);
        thread::scope(|scope| {
            for (counts, ys) in counts.chunks_mut(rows * input.width()).zip(input.ys.chunks(rows)) {
                Builder::new().spawn_scoped(scope, move || {
                    for (counts, &qy) in counts.chunks_exact_mut(input.width()).zip(ys) {
                        row(counts, &input.xs, qy, input.max_iterations);
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: bands

// ANCHOR: dealt
/// Rows are dealt to the threads in turn, like cards: each gets some of the cheap ones and some of the expensive ones.
///
/// Mirrors OpenMP's `schedule(static, 1)`. Look at what is decided while the threads run: nothing. Neighbours cost about the same,
/// and that is all it takes.
pub fn dealt(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, counts: &mut Output| {
        let mut hands: Vec<_> = (0..threads).map(|_| Vec::new()).collect();
        for (deal, card) in counts.chunks_exact_mut(input.width()).zip(&input.ys).enumerate() {
            hands[deal % threads].push(card);
        }
        thread::scope(|scope| {
            for hand in hands {
                Builder::new().spawn_scoped(scope, move || {
                    for (counts, &qy) in hand {
                        row(counts, &input.xs, qy, input.max_iterations);
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: dealt

// ANCHOR: queued
/// A free thread takes the next row from an iterator that all share.
///
/// Mirrors OpenMP's `schedule(dynamic)`. Look at the lock: it is held while a row is taken, not while it is computed, for the guard
/// is dropped at the end of its statement.
pub fn queued(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, counts: &mut Output| {
        let queue = Mutex::new(counts.chunks_exact_mut(input.width()).zip(&input.ys));
        thread::scope(|scope| {
            for _ in 0..threads {
                Builder::new().spawn_scoped(scope, || {
                    let next = || queue.lock().expect("no row panics").next();
                    for (counts, &qy) in iter::from_fn(next) {
                        row(counts, &input.xs, qy, input.max_iterations);
                    }
                })?;
            }
            Ok(())
        })
    })
}
// ANCHOR_END: queued

// ANCHOR: guided
/// A parallel range: who is free takes an equal share of what is left, large pieces first and single rows at the end.
///
/// Mirrors Cython's `prange(outer, schedule='guided', num_threads=...)`. Look how short it is: an interface is what is left of a
/// technique when somebody has written it down.
pub fn guided(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let threads = settings.threads.get();
    starting(threads, move |input: &Input, counts: &mut Output| {
        prange(threads, Schedule::Guided(1), counts, input.width(), None, |y, counts| {
            row(counts, &input.xs, input.ys[y], input.max_iterations);
        })
    })
}
// ANCHOR_END: guided

// ANCHOR: pooled
/// Threads that are already running take bands of rows from a channel.
///
/// Mirrors the book's process pool, and what OpenMP does behind its first parallel loop: no thread is started twice. Look at
/// *prepared*: that is what starting them cost.
pub fn pooled(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let pool = pool(settings.threads.get())?;
    let rows = settings.chunk.map_or(grain(input, pool.threads()), usize::from).min(input.height());
    team(pool.threads(), move |input: &Input, counts: &mut Output| {
        let bands = counts.chunks_mut(rows * input.width()).zip(input.ys.chunks(rows));
        pool.run(bands.map(|(counts, ys)| {
            move || {
                for (counts, &qy) in counts.chunks_exact_mut(input.width()).zip(ys) {
                    row(counts, &input.xs, qy, input.max_iterations);
                }
            }
        }));
    })
}
// ANCHOR_END: pooled

// ANCHOR: stealing
/// Each thread has a list of its own, and takes from the others' when that is empty.
///
/// Mirrors Cilk, and what is inside rayon. Look for a lock: there is none. The owner works at one end of its list, thieves at the
/// other, and they meet only over the last row.
pub fn stealing(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let pool = pool(settings.threads.get())?;
    team(pool.threads(), move |input: &Input, counts: &mut Output| {
        let lists: Vec<_> = (0..pool.threads()).map(|_| Worker::new_lifo()).collect();
        let stealers: Vec<_> = lists.iter().map(Worker::stealer).collect();
        let rows = input.height().div_ceil(pool.threads());
        for (index, task) in counts.chunks_exact_mut(input.width()).zip(&input.ys).enumerate() {
            lists[index / rows].push(task);
        }
        pool.run(lists.into_iter().map(|list| {
            let stealers = &stealers;
            move || {
                while let Some((counts, &qy)) = list.pop().or_else(|| steal(stealers)) {
                    row(counts, &input.xs, qy, input.max_iterations);
                }
            }
        }));
    })
}

/// The first task of any of the lists, or none when all are empty.
fn steal<T>(stealers: &[Stealer<T>]) -> Option<T> {
    // A thief that lost a race tries again.
    let attempt = || stealers.iter().map(Stealer::steal).collect::<Steal<T>>();
    iter::repeat_with(attempt).find(|attempt| !attempt.is_retry())?.success()
}
// ANCHOR_END: stealing

// ANCHOR: parallel
/// The loop of `alone` with four letters more.
///
/// Mirrors `numba.prange` and rayon's own first example. Look at the spread of its times: rayon splits a range as often as it thinks
/// that there are takers, and a piece that cannot be split any more may be a long one.
pub fn parallel(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let pool = rayon_pool(settings.threads.get())?;
    team(pool.current_num_threads(), move |input: &Input, counts: &mut Output| {
        pool.install(|| {
            counts.par_chunks_exact_mut(input.width()).zip(&input.ys).for_each(|(counts, &qy)| {
                row(counts, &input.xs, qy, input.max_iterations);
            });
        });
    })
}
// ANCHOR_END: parallel

// ANCHOR: grained
/// The same with an upper limit to the piece that is not split.
///
/// Mirrors the chunk of `schedule(dynamic, chunk)`. Look at the spread again: small pieces end at the same time, and a few hundred of
/// them cost nothing.
pub fn grained(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let pool = rayon_pool(settings.threads.get())?;
    let rows = settings.chunk.map_or(grain(input, pool.current_num_threads()), usize::from).min(input.height());
    team(pool.current_num_threads(), move |input: &Input, counts: &mut Output| {
        pool.install(|| {
            let rows_of_counts = counts.par_chunks_exact_mut(input.width()).zip(&input.ys).with_max_len(rows);
            rows_of_counts.for_each(|(counts, &qy)| {
                row(counts, &input.xs, qy, input.max_iterations);
            });
        });
    })
}
// ANCHOR_END: grained

// ANCHOR: vectors
/// The same queue as before, of bands instead of rows, emptied by threads that are there already, eight points in each instruction.
///
/// Mirrors OpenMP's `schedule(dynamic)` over the step `masked` of the vector instructions. Look at the two speedups: the lanes' and the
/// threads' multiply, because they have nothing to do with each other.
pub fn vectors(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let (masked, pool) = (slices::masked()?, pool(settings.threads.get())?);
    let points = input.width() * settings.chunk.map_or(grain(input, pool.threads()), usize::from).min(input.height());
    team(pool.threads(), move |input: &Input, counts: &mut Output| {
        let queue = Mutex::new(counts.chunks_mut(points).zip(input.q().chunks(points)));
        pool.run((0..pool.threads()).map(|_| {
            || {
                for (counts, q) in iter::from_fn(|| queue.lock().expect("no band panics").next()) {
                    masked(q, input.max_iterations, counts);
                }
            }
        }));
    })
}
// ANCHOR_END: vectors

// ANCHOR: free_running
/// The fastest kernel of all, which needs two lists to work with: each thread has a pair of its own.
///
/// Mirrors OpenMP's `private` variables, over the step `free_running` of the vector instructions. Look where the lists are made: once
/// for each thread, not once for each band.
pub fn free_running(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let (mut lists, pool) = (Vec::new(), pool(settings.threads.get())?);
    lists.resize_with(pool.threads(), FreeRunning::new);
    let mut lists = lists.into_iter().collect::<Result<Vec<_>, _>>()?;
    let points = input.width() * settings.chunk.map_or(grain(input, pool.threads()), usize::from).min(input.height());
    team(pool.threads(), move |input: &Input, counts: &mut Output| {
        let queue = &Mutex::new(counts.chunks_mut(points).zip(input.q().chunks(points)));
        pool.run(lists.iter_mut().map(|lists| {
            move || {
                for (counts, q) in iter::from_fn(|| queue.lock().expect("no band panics").next()) {
                    lists.run(q, input.max_iterations, counts);
                }
            }
        }));
    })
}
// ANCHOR_END: free_running

// ANCHOR: combined
/// The kernel that leaves out most of the work, for as many threads: what each of them gets is less, and no longer equal.
///
/// Mirrors the step `cycles` of the vectors that are combined with an algorithm. Look at the second core: it helps as long as there is
/// enough for it to do.
pub fn combined(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let (mut lists, pool) = (Vec::new(), pool(settings.threads.get())?);
    lists.resize_with(pool.threads(), combined::mandelbrot::rows);
    let rows = settings.chunk.map_or(grain(input, pool.threads()), usize::from).min(input.height());
    team(pool.threads(), move |input: &Input, counts: &mut Output| {
        let (xs, max_iterations) = (&*input.xs, input.max_iterations);
        let queue = &Mutex::new(counts.chunks_mut(rows * input.width()).zip(input.ys.chunks(rows)));
        pool.run(lists.iter_mut().map(|lists| {
            move || {
                for (counts, ys) in iter::from_fn(|| queue.lock().expect("no band panics").next()) {
                    lists.run(Picture { xs, ys, max_iterations, counts });
                }
            }
        }));
    })
}
// ANCHOR_END: combined

/// Rows that are handed out at once: so many pieces for each thread that the last one to end is not missed for long.
fn grain(input: &Input, threads: usize) -> usize {
    input.height().div_ceil(64 * threads)
}

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(alone, "kernels::mandelbrot::expanded", "one thread, to compare with"),
    step!(prepared quadrants, "the talk's thread_id if/elif", "four threads, a quarter each").lesson(Expected::Faster),
    step!(prepared bands, "schedule(static)", "a band of rows for each thread"),
    step!(prepared dealt, "schedule(static, 1)", "rows dealt in turn"),
    step!(prepared queued, "schedule(dynamic)", "who is free takes the next row"),
    step!(prepared guided, "prange(schedule='guided')", "a share of what is left"),
    step!(prepared pooled, "the book's pool, with threads", "threads that wait at a channel"),
    step!(prepared stealing, "Cilk's deques", "who has nothing left steals"),
    step!(prepared parallel, "rayon; numba.prange", "a parallel iterator"),
    step!(prepared grained, "schedule(dynamic, chunk)", "pieces that are not too long"),
    step!(prepared vectors, "schedule(dynamic) over vectors", "lanes times threads").temporaries(q_bytes),
    step!(prepared free_running, "private(...)", "lists of its own for each thread").temporaries(q_bytes),
    step!(prepared combined, "beyond the tutorial", "a kernel that leaves out most of the work")
        .changes_the_algorithm(),
];

/// The list `q`.
fn q_bytes(input: &Input) -> u64 {
    input.q_bytes()
}
