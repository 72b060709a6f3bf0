//! The Mandelbrot ladder of machines: chunks as jobs, and the queue that hands them out.

use std::cell::RefCell;

use num_complex::Complex;
use validation::mandelbrot::Input;
use validation::{Expected, Mandelbrot, Ready, Settings, Step, step};
use vectorised::simd::slices::FreeRunning;

use crate::prepared::{on_engines, on_hosts};
use crate::task;

/// What the tutorial sends for a chunk: points, iterations, and where the orbits begin.
type Chunk = (Vec<(f64, f64)>, u32, Vec<(f64, f64)>);

/// What is enough for a chunk of rows: where its columns and rows are, and the iterations.
type Rows = (Vec<f64>, Vec<f64>, u32);

// ANCHOR: chunks
/// Each chunk is a job for an engine, which may be anywhere: what it needs is sent along, number by number.
///
/// Mirrors `parallelpython_pure_python.py`, with one chunk for each engine. Look at the table of the jobs: the shares are equal, the times are
/// not, and the engine that had the sky waits for the one that had the lake.
pub fn chunks(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
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
    let rows = settings.chunk.map_or(input.height().div_ceil(settings.threads.get()), usize::from);
    on_engines::<Mandelbrot>(settings, move |rc, input, counts| {
        let q: Vec<_> = input.q().iter().map(|q| (q.re, q.im)).collect();
        let chunks = q.chunks(rows * input.width());
        let chunks = chunks.map(|q| (q.to_vec(), input.max_iterations, vec![(0.0, 0.0); q.len()]));
        let view = rc.load_balanced_view().batch(1);
        let mut output = Vec::new();
        for results in view.map(calculate_z, chunks)? {
            output.extend(results);
        }
        counts.copy_from_slice(&output);
        Ok(())
    })
}
// ANCHOR_END: chunks

// ANCHOR: balanced
/// Many chunks, each for the engine that has nothing to do, and in each only where its rows and columns are.
///
/// Mirrors `parallelpython_pure_python.py` with more chunks. Look at the times in the table: they are equal now, and the shares are not. What
/// is sent is a thousandth of what it was.
pub fn balanced(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn calculate_rows((xs, ys, max_iterations): Rows) -> Vec<u32> {
        let mut counts = vec![0; xs.len() * ys.len()];
        for (row, qy) in counts.chunks_exact_mut(xs.len()).zip(ys) {
            for (count, &qx) in row.iter_mut().zip(&xs) {
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
        counts
    }
    task!(calculate_rows);
    let rows = settings.chunk.map_or(input.height().div_ceil(16 * settings.threads.get()), usize::from);
    on_engines::<Mandelbrot>(settings, move |rc, input, counts| {
        let chunks = input.ys.chunks(rows).map(|ys| (input.xs.clone(), ys.to_vec(), input.max_iterations));
        let view = rc.load_balanced_view().batch(1);
        let mut output = Vec::new();
        for results in view.map(calculate_rows, chunks)? {
            output.extend(results);
        }
        counts.copy_from_slice(&output);
        Ok(())
    })
}
// ANCHOR_END: balanced

// ANCHOR: shipped
/// The engines have never seen this program: it comes to them through the server's object store, once, under its hash.
///
/// Mirrors the challenge of the slides, which is to send the binaries automatically. Look at the time of the preparation, in which the
/// program travels. The tasks are those of the step before, and so are their times.
pub fn shipped(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn calculate_rows((xs, ys, max_iterations): Rows) -> Vec<u32> {
        let mut counts = vec![0; xs.len() * ys.len()];
        for (row, qy) in counts.chunks_exact_mut(xs.len()).zip(ys) {
            for (count, &qx) in row.iter_mut().zip(&xs) {
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
        counts
    }
    task!(calculate_rows);
    let rows = settings.chunk.map_or(input.height().div_ceil(16 * settings.threads.get()), usize::from);
    on_hosts::<Mandelbrot>(settings, move |rc, input, counts| {
        let chunks = input.ys.chunks(rows).map(|ys| (input.xs.clone(), ys.to_vec(), input.max_iterations));
        let view = rc.load_balanced_view().batch(1);
        let mut output = Vec::new();
        for results in view.map(calculate_rows, chunks)? {
            output.extend(results);
        }
        counts.copy_from_slice(&output);
        Ok(())
    })
}
// ANCHOR_END: shipped

thread_local! {
    /// The lists of the fastest kernel, made once in each process.
    static LISTS: RefCell<FreeRunning> =
        RefCell::new(FreeRunning::new().expect("whoever prepared the step has the instructions"));
}

// ANCHOR: balanced_vectors
/// The same again with the fastest kernel, eight points in each instruction.
///
/// Mirrors the step `vectors` of the processes, kernel and all. Look at the difference to it: there the counts were written where all
/// processes see them, and here they travel, which shows as soon as the computing is fast.
pub fn balanced_vectors(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn calculate_rows((xs, ys, max_iterations): Rows) -> Vec<u32> {
        let mut counts = vec![0; xs.len() * ys.len()];
        let q: Vec<_> = ys.iter().flat_map(|&qy| xs.iter().map(move |&qx| Complex::new(qx, qy))).collect();
        LISTS.with_borrow_mut(|lists| lists.run(&q, max_iterations, &mut counts));
        counts
    }
    task!(calculate_rows);
    FreeRunning::new()?;
    let rows = settings.chunk.map_or(input.height().div_ceil(16 * settings.threads.get()), usize::from);
    on_engines::<Mandelbrot>(settings, move |rc, input, counts| {
        let chunks = input.ys.chunks(rows).map(|ys| (input.xs.clone(), ys.to_vec(), input.max_iterations));
        let view = rc.load_balanced_view().batch(1);
        let mut output = Vec::new();
        for results in view.map(calculate_rows, chunks)? {
            output.extend(results);
        }
        counts.copy_from_slice(&output);
        Ok(())
    })
}
// ANCHOR_END: balanced_vectors

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared chunks, "parallelpython_pure_python.py", "each chunk is a job for an engine")
        .temporaries(|input: &Input| 7 * input.q_bytes() + counts(input)),
    step!(prepared balanced, "parallelpython, more chunks", "chunks for whoever has nothing to do")
        .lesson(Expected::Faster)
        .temporaries(counts),
    step!(prepared shipped, "the slides' challenge", "engines are sent their program first").temporaries(counts),
    step!(prepared balanced_vectors, "multiprocess::mandelbrot::vectors", "the same with the fastest kernel")
        .temporaries(|input: &Input| input.q_bytes() + counts(input)),
];

/// The counts: in an engine, as bytes on both sides, in chunks and joined.
fn counts(input: &Input) -> u64 {
    24 * (input.width() * input.height()) as u64
}
