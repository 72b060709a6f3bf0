//! The Mandelbrot ladder of blocks: whole-array steps, on a block of points that stays in the cache for all its iterations.

use rayon::prelude::*;
use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Ready, Settings, Step, step};

use super::preparation::{compile, fitting_block, pool, ready};
use crate::compiler::{Runner, Type};

/// q, z and the norm in doubles, the mask and the count in four bytes.
pub const BYTES: usize = 48;

/// Iterations in one run of the compiled program.
pub const ITERATIONS: usize = 8;

/// One iteration, as the compiler reads it. A point that has been outside once stays marked.
pub const ITERATION: &str = "next = (zx*zx - zy*zy) + qx; zy = (zx*zy + zy*zx) + qy; zx = next; \
                             inside = inside & (zx*zx + zy*zy <= 4); count = count + inside; ";

/// The arrays of [`ITERATION`].
pub const INPUTS: [(&str, Type); 6] = [
    ("zx", Type::Float),
    ("zy", Type::Float),
    ("qx", Type::Float),
    ("qy", Type::Float),
    ("inside", Type::Bool),
    ("count", Type::Int),
];

/// A number of iterations in one text, which ends with the four results. What the next iteration needs is computed once.
pub fn iterations(times: usize) -> String {
    format!("{}zx, zy, inside, count", ITERATION.repeat(times))
}

// ANCHOR: blocked
/// Whole-array operations with a mask, on a block of points, until no point of the block is inside.
///
/// Mirrors `numpy_vector.py` on pieces of its arrays. Look at the end of a block: it comes when its last point is out, so a block outside of
/// the set costs little.
pub fn blocked(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let q = input.q();
    let block = settings.block.map_or(fitting_block(BYTES), usize::from).clamp(1, q.len());
    ready(1, move |input: &Input, counts: &mut Output| {
        let (mut zx, mut zy) = (vec![0.0; block], vec![0.0; block]);
        let (mut norm, mut inside) = (vec![0.0; block], vec![0; block]);
        for (count, q) in counts.chunks_mut(block).zip(input.q().chunks(block)) {
            zx.fill(0.0);
            zy.fill(0.0);
            inside.fill(1);
            count.fill(0);
            for _ in 0..input.max_iterations {
                zx.iter_mut().zip(&mut zy).zip(q).for_each(|((zx, zy), q)| {
                    (*zx, *zy) = ((*zx * *zx - *zy * *zy) + q.re, (*zx * *zy + *zy * *zx) + q.im);
                });
                norm.iter_mut().zip(&zx).zip(&zy).for_each(|((norm, zx), zy)| *norm = zx * zx + zy * zy);
                inside.iter_mut().zip(&norm).for_each(|(inside, norm)| *inside &= u32::from(*norm <= 4.0));
                count.iter_mut().zip(&inside).for_each(|(count, inside)| *count += inside);
                if inside[..q.len()].iter().all(|&inside| inside == 0) {
                    break;
                }
            }
            count.iter_mut().filter(|count| **count == input.max_iterations).for_each(|count| *count = 0);
        }
        Ok(())
    })
}
// ANCHOR_END: blocked

// ANCHOR: blocked_threads
/// The blocks shared out to threads.
///
/// Mirrors `numpy_vector.py` in pieces, in parallel. Look who has nothing to do: blocks differ in work, so idle threads take the next one.
pub fn blocked_threads(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let q = input.q();
    let block = settings.block.map_or(fitting_block(BYTES), usize::from).clamp(1, q.len());
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, counts: &mut Output| {
        let blocks = counts.par_chunks_mut(block).zip(input.q().par_chunks(block));
        let each = |(count, q): (&mut [u32], &[_])| {
            let (mut zx, mut zy) = (vec![0.0; block], vec![0.0; block]);
            let (mut norm, mut inside) = (vec![0.0; block], vec![1; block]);
            count.fill(0);
            for _ in 0..input.max_iterations {
                zx.iter_mut().zip(&mut zy).zip(q).for_each(|((zx, zy), q): (_, &num_complex::Complex<f64>)| {
                    (*zx, *zy) = ((*zx * *zx - *zy * *zy) + q.re, (*zx * *zy + *zy * *zx) + q.im);
                });
                norm.iter_mut().zip(&zx).zip(&zy).for_each(|((norm, zx), zy)| *norm = zx * zx + zy * zy);
                inside.iter_mut().zip(&norm).for_each(|(inside, norm)| *inside &= u32::from(*norm <= 4.0));
                count.iter_mut().zip(&inside).for_each(|(count, inside)| *count += inside);
                if inside[..q.len()].iter().all(|&inside| inside == 0) {
                    break;
                }
            }
            count.iter_mut().filter(|count| **count == input.max_iterations).for_each(|count| *count = 0);
        };
        pool.install(|| blocks.for_each(each));
        Ok(())
    })
}
// ANCHOR_END: blocked_threads

// ANCHOR: compiled
/// Eight iterations compiled into one program with four results, which are the arrays of its next run.
///
/// Mirrors NumExpr in the loop of `numpy_vector.py`. Look at the listing: the squares of one iteration's test are those of the next
/// iteration, because the compiler keeps one of each.
pub fn compiled(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let programs = [compile(&iterations(ITERATIONS), &INPUTS)?, compile(&iterations(1), &INPUTS)?];
    let (qx, qy): (Vec<f64>, Vec<f64>) = input.q().iter().map(|q| (q.re, q.im)).unzip();
    let block = settings.block.map_or(programs[0].default_block(), usize::from).clamp(1, qx.len());
    ready(1, move |input: &Input, counts: &mut Output| {
        let mut runners = [Runner::new(&programs[0], block)?, Runner::new(&programs[1], block)?];
        for ((out, qx), qy) in counts.chunks_mut(block).zip(qx.chunks(block)).zip(qy.chunks(block)) {
            let (points, max) = (out.len(), input.max_iterations as usize);
            let mut now = (vec![0.0; points], vec![0.0; points], vec![true; points], vec![0; points]);
            let mut next = now.clone();
            for run in 0..max / ITERATIONS + max % ITERATIONS {
                let runner = &mut runners[usize::from(run >= max / ITERATIONS)];
                let (zx, zy, inside, count) = &now;
                let arrays = [zx.into(), zy.into(), qx.into(), qy.into(), inside.into(), count.into()];
                let (zx, zy, inside, count) = &mut next;
                runner.run(&arrays, &mut [zx.into(), zy.into(), inside.into(), count.into()])?;
                (now, next) = (next, now);
                if !now.2.contains(&true) {
                    break;
                }
            }
            let all = i64::from(input.max_iterations);
            out.iter_mut().zip(&now.3).for_each(|(out, &count)| *out = if count == all { 0 } else { count as u32 });
        }
        Ok(())
    })
}
// ANCHOR_END: compiled

// ANCHOR: compiled_threads
/// The compiled blocks shared out to threads.
///
/// Mirrors NumExpr's threads, but over blocks that keep their points for all iterations. Look at the speedup: nothing is shared.
pub fn compiled_threads(input: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    let programs = [compile(&iterations(ITERATIONS), &INPUTS)?, compile(&iterations(1), &INPUTS)?];
    let (qx, qy): (Vec<f64>, Vec<f64>) = input.q().iter().map(|q| (q.re, q.im)).unzip();
    let block = settings.block.map_or(programs[0].default_block(), usize::from).clamp(1, qx.len());
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, counts: &mut Output| {
        let blocks = counts.par_chunks_mut(block).zip(qx.par_chunks(block)).zip(qy.par_chunks(block));
        let each = |((out, qx), qy): ((&mut [u32], &[f64]), &[f64])| {
            let mut runners = [Runner::new(&programs[0], block)?, Runner::new(&programs[1], block)?];
            let (points, max) = (out.len(), input.max_iterations as usize);
            let mut now = (vec![0.0; points], vec![0.0; points], vec![true; points], vec![0; points]);
            let mut next = now.clone();
            for run in 0..max / ITERATIONS + max % ITERATIONS {
                let runner = &mut runners[usize::from(run >= max / ITERATIONS)];
                let (zx, zy, inside, count) = &now;
                let arrays = [zx.into(), zy.into(), qx.into(), qy.into(), inside.into(), count.into()];
                let (zx, zy, inside, count) = &mut next;
                runner.run(&arrays, &mut [zx.into(), zy.into(), inside.into(), count.into()])?;
                (now, next) = (next, now);
                if !now.2.contains(&true) {
                    break;
                }
            }
            let all = i64::from(input.max_iterations);
            out.iter_mut().zip(&now.3).for_each(|(out, &count)| *out = if count == all { 0 } else { count as u32 });
            Ok(())
        };
        pool.install(|| blocks.try_for_each(each))
    })
}
// ANCHOR_END: compiled_threads

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared blocked, "numpy_vector.py, in blocks", "whole-array steps on a block in the cache"),
    step!(prepared blocked_threads, "numpy_vector.py, in parallel", "blocks shared out to threads")
        .lesson(Expected::Faster),
    step!(prepared compiled, "NumExpr in numpy_vector.py", "eight iterations compiled into one"),
    step!(prepared compiled_threads, "NumExpr with threads", "bytecode on several threads"),
];
