//! The Mandelbrot ladder of processes: what is sent, and what is shared.

use std::cell::RefCell;

use num_complex::Complex;
use serde::{Deserialize, Serialize};
use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Ready, Settings, Step, StepError, step};
use vectorised::combined::{self, Picture, Rows};
use vectorised::simd::slices::FreeRunning;

use crate::prepared::pooled;
use crate::{FrozenArray, SharedArray, task};

/// What the tutorial sends for a chunk: points, iterations, and where the orbits begin.
type Chunk = (Vec<(f64, f64)>, u32, Vec<(f64, f64)>);

/// The points that the rows and columns stand for, in memory that every process can read.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Plane {
    xs: FrozenArray<f64>,
    ys: FrozenArray<f64>,
    max_iterations: u32,
}

impl Plane {
    fn of(input: &Input) -> Result<Self, StepError> {
        let (xs, ys) = (FrozenArray::of(&input.xs)?, FrozenArray::of(&input.ys)?);
        Ok(Self { xs, ys, max_iterations: input.max_iterations })
    }
}

/// Points that are sent to a process at once: those of so many rows as the settings say, or an equal part for each process.
fn points_at_once(input: &Input, settings: &Settings) -> usize {
    let (width, height) = (input.width(), input.height());
    settings.chunk.map_or(width * height / settings.threads.get(), |rows| rows.get().min(height) * width)
}

/// One chunk for each core: the tutorial's advice.
fn cores() -> usize {
    Settings::default().threads.get()
}

// ANCHOR: chunks_serial
/// The lists cut into chunks, computed one after the other and joined again: no second process yet.
///
/// Mirrors the first half of the tutorial's `multi.py`, which checks its chunks before it sends them. Look at the last chunk: when the
/// division leaves a remainder, there is one more than was asked for.
pub fn chunks_serial(input: &Input, counts: &mut Output) {
    fn calculate_z((q, max_iterations, z): Chunk) -> Vec<u32> {
        let mut counts = vec![0; q.len()];
        for (count, ((qx, qy), (mut zx, mut zy))) in counts.iter_mut().zip(q.into_iter().zip(z)) {
            let (mut zx_squared, mut zy_squared) = (zx * zx, zy * zy);
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
        counts
    }
    let q: Vec<_> = input.q().iter().map(|q| (q.re, q.im)).collect();
    let chunk = (q.len() / cores()).max(1);
    let chunks = q.chunks(chunk).map(|q| (q.to_vec(), input.max_iterations, vec![(0.0, 0.0); q.len()]));
    let mut output = Vec::new();
    for chunk in chunks {
        output.extend(calculate_z(chunk));
    }
    counts.copy_from_slice(&output);
}
// ANCHOR_END: chunks_serial

// ANCHOR: chunks_backwards
/// The same chunks from the last to the first, and joined from behind.
///
/// Mirrors the tutorial's second check, which it describes and leaves to the reader. Look what would show: a chunk that reads what an
/// earlier one has left behind.
pub fn chunks_backwards(input: &Input, counts: &mut Output) {
    fn calculate_z((q, max_iterations, z): Chunk) -> Vec<u32> {
        let mut counts = vec![0; q.len()];
        for (count, ((qx, qy), (mut zx, mut zy))) in counts.iter_mut().zip(q.into_iter().zip(z)) {
            let (mut zx_squared, mut zy_squared) = (zx * zx, zy * zy);
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
        counts
    }
    let q: Vec<_> = input.q().iter().map(|q| (q.re, q.im)).collect();
    let chunk = (q.len() / cores()).max(1);
    let chunks = q.chunks(chunk).map(|q| (q.to_vec(), input.max_iterations, vec![(0.0, 0.0); q.len()]));
    let mut end = counts.len();
    for chunk in chunks.rev() {
        let results = calculate_z(chunk);
        counts[end - results.len()..end].copy_from_slice(&results);
        end -= results.len();
    }
}
// ANCHOR_END: chunks_backwards

// ANCHOR: pool_pickled
/// Each chunk goes to a process of its own: the points, the first values of z, and later the counts travel number by number.
///
/// Mirrors the second half of `multi.py`: `map_async` and `get`. Look at the bytes: 32 for each point on the way out, and most of them say
/// that z begins at zero.
pub fn pool_pickled(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn calculate_z((q, max_iterations, z): Chunk) -> Vec<u32> {
        let mut counts = vec![0; q.len()];
        for (count, ((qx, qy), (mut zx, mut zy))) in counts.iter_mut().zip(q.into_iter().zip(z)) {
            let (mut zx_squared, mut zy_squared) = (zx * zx, zy * zy);
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
        counts
    }
    task!(calculate_z);
    let chunk = points_at_once(input, settings);
    pooled::<Mandelbrot>(settings, move |pool, input, counts| {
        let q: Vec<_> = input.q().iter().map(|q| (q.re, q.im)).collect();
        let chunks = q.chunks(chunk.max(1)).map(|q| (q.to_vec(), input.max_iterations, vec![(0.0, 0.0); q.len()]));
        let mut output = Vec::new();
        for results in pool.map_chunks(calculate_z, chunks, 1)? {
            output.extend(results);
        }
        counts.copy_from_slice(&output);
        Ok(())
    })
}
// ANCHOR_END: pool_pickled

// ANCHOR: pool_rows
/// Only the numbers of the rows are sent: each process makes the points itself, from axes that all of them can read.
///
/// Mirrors nothing in the tutorial, which sends its lists. Look at the bytes on the way out: some dozens for each chunk. The
/// counts still travel back.
pub fn pool_rows(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn calculate_rows((plane, first, rows): (Plane, usize, usize)) -> Vec<u32> {
        let width = plane.xs.len();
        let mut counts = vec![0; rows * width];
        for (row, &qy) in counts.chunks_exact_mut(width).zip(&plane.ys[first..]) {
            for (count, &qx) in row.iter_mut().zip(&*plane.xs) {
                let (mut zx, mut zy) = (0.0, 0.0);
                let (mut zx_squared, mut zy_squared) = (0.0, 0.0);
                for iteration in 0..plane.max_iterations {
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
        counts
    }
    task!(calculate_rows);
    let (plane, height) = (Plane::of(input)?, input.height());
    let chunk = settings.chunk.map_or(height.div_ceil(settings.threads.get()), usize::from);
    pooled::<Mandelbrot>(settings, move |pool, _, counts| {
        let chunks = (0..height).step_by(chunk).map(|first| (plane.clone(), first, chunk.min(height - first)));
        let mut output = Vec::new();
        for results in pool.map_chunks(calculate_rows, chunks, 1)? {
            output.extend(results);
        }
        counts.copy_from_slice(&output);
        Ok(())
    })
}
// ANCHOR_END: pool_rows

// ANCHOR: shared
/// The counts are written where they belong, in memory that this process sees too.
///
/// Mirrors the book's shared arrays. Look at the bytes: what comes back for a chunk of rows is that it is done. Since a chunk costs so little,
/// there can be many, and no process waits long for the others.
pub fn shared(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn fill_rows(plane: Plane, first: usize, counts: &mut [u32]) {
        let width = plane.xs.len();
        counts.fill(0);
        for (row, &qy) in counts.chunks_exact_mut(width).zip(&plane.ys[first / width..]) {
            for (count, &qx) in row.iter_mut().zip(&*plane.xs) {
                let (mut zx, mut zy) = (0.0, 0.0);
                let (mut zx_squared, mut zy_squared) = (0.0, 0.0);
                for iteration in 0..plane.max_iterations {
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
    }
    task!(part fill_rows);
    let (plane, height) = (Plane::of(input)?, input.height());
    let chunk = settings.chunk.map_or(height.div_ceil(16 * settings.threads.get()), usize::from).min(height);
    let mut array = SharedArray::new(height * input.width())?;
    pooled::<Mandelbrot>(settings, move |pool, input, counts| {
        pool.fill(&mut array, chunk * input.width(), fill_rows, &plane)?;
        counts.copy_from_slice(&array);
        Ok(())
    })
}
// ANCHOR_END: shared

thread_local! {
    /// The lists of the fastest kernel, made once in each process.
    static LISTS: RefCell<FreeRunning> =
        RefCell::new(FreeRunning::new().expect("whoever prepared the step has the instructions"));
}

// ANCHOR: vectors
/// The same again with the fastest kernel, eight points in each instruction.
///
/// Mirrors the step `free_running` of the threads, kernel and all. Look at the difference to the threads: the kernel is the same, what
/// hands it out is not, and there is hardly any.
pub fn vectors(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn fill_rows((plane, q): (Plane, FrozenArray<Complex<f64>>), first: usize, counts: &mut [u32]) {
        LISTS.with_borrow_mut(|lists| lists.run(&q[first..][..counts.len()], plane.max_iterations, counts));
    }
    task!(part fill_rows);
    FreeRunning::new()?;
    let (plane, height) = ((Plane::of(input)?, FrozenArray::of(input.q())?), input.height());
    let chunk = settings.chunk.map_or(height.div_ceil(16 * settings.threads.get()), usize::from).min(height);
    let mut array = SharedArray::new(height * input.width())?;
    pooled::<Mandelbrot>(settings, move |pool, input, counts| {
        pool.fill(&mut array, chunk * input.width(), fill_rows, &plane)?;
        counts.copy_from_slice(&array);
        Ok(())
    })
}
// ANCHOR_END: vectors

thread_local! {
    /// The kernel that leaves out most of the work, with its lists, made once in each process.
    static ROWS: RefCell<Rows> = RefCell::new(combined::mandelbrot::rows());
}

// ANCHOR: combined
/// The same again with the kernel that leaves out most of the work.
///
/// Mirrors the step `combined` of the threads. Look at the share of the time that the handing out takes now.
pub fn combined(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn fill_rows(plane: Plane, first: usize, counts: &mut [u32]) {
        let (xs, max_iterations) = (&*plane.xs, plane.max_iterations);
        let ys = &plane.ys[first / xs.len()..][..counts.len() / xs.len()];
        ROWS.with_borrow_mut(|rows| rows.run(Picture { xs, ys, max_iterations, counts }));
    }
    task!(part fill_rows);
    let (plane, height) = (Plane::of(input)?, input.height());
    let chunk = settings.chunk.map_or(height.div_ceil(16 * settings.threads.get()), usize::from).min(height);
    let mut array = SharedArray::new(height * input.width())?;
    pooled::<Mandelbrot>(settings, move |pool, input, counts| {
        pool.fill(&mut array, chunk * input.width(), fill_rows, &plane)?;
        counts.copy_from_slice(&array);
        Ok(())
    })
}
// ANCHOR_END: combined

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(chunks_serial, "multi.py, before its pool", "chunks, one after the other").temporaries(lists),
    step!(chunks_backwards, "multi.py, checked in reverse", "chunks, from the last to the first").temporaries(lists),
    step!(prepared pool_pickled, "multi.py", "q, z and the counts sent number by number")
        .lesson(Expected::Faster)
        .temporaries(pickled),
    step!(prepared pool_rows, "beyond the tutorial", "row numbers sent, counts sent back")
        .temporaries(|input: &Input| 24 * (input.width() * input.height()) as u64),
    step!(prepared shared, "the book's shared memory", "counts written in place")
        .temporaries(|input: &Input| 4 * (input.width() * input.height()) as u64),
    step!(prepared vectors, "threaded::mandelbrot::free_running", "the same with the fastest kernel")
        .temporaries(|input: &Input| input.q_bytes() + 4 * (input.width() * input.height()) as u64),
    step!(prepared combined, "threaded::mandelbrot::combined", "the same with less work")
        .temporaries(|input: &Input| 4 * (input.width() * input.height()) as u64)
        .changes_the_algorithm(),
];

/// The lists q and z as pairs, whole and in chunks, and the counts joined.
fn lists(input: &Input) -> u64 {
    3 * input.q_bytes() + 8 * (input.width() * input.height()) as u64
}

/// The lists, what they become on the way, and what becomes of that in the other process; the counts likewise.
fn pickled(input: &Input) -> u64 {
    7 * input.q_bytes() + 24 * (input.width() * input.height()) as u64
}
