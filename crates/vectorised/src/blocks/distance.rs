//! The distance ladder of blocks: from each point to each other, by broadcasting.

use rayon::prelude::*;
use validation::distance::{Input, Output};
use validation::{Distance, Expected, Ready, Settings, Step, step};

use super::preparation::{compile, fitting_block, pool, ready};
use crate::compiler::{Array, Options, Type};

/// The expression, as the compiler reads it: x and y are rows, px and py the same numbers as columns.
pub const TEXT: &str = "sqrt((x - px) ** 2 + (y - py) ** 2)";

/// Two inputs, the output and two temporaries, eight bytes each.
pub const BYTES: usize = 40;

// ANCHOR: blocked
/// An operation at a time over a block of a row of the matrix.
///
/// Mirrors the book's broadcasting, whose temporaries are as large as the matrix. Look for the loop that is left waiting: the square root.
pub fn blocked(input: &Input, settings: &Settings) -> Ready<Distance> {
    let block = settings.block.map_or(fitting_block(BYTES), usize::from).clamp(1, input.points());
    let (mut dx, mut dy) = (vec![0.0; block], vec![0.0; block]);
    ready(1, move |input: &Input, output: &mut Output| {
        for ((row, px), py) in output.chunks_mut(input.points()).zip(&input.x).zip(&input.y) {
            let blocks = row.chunks_mut(block).zip(input.x.chunks(block).zip(input.y.chunks(block)));
            for (distances, (x, y)) in blocks {
                dx.iter_mut().zip(x).for_each(|(dx, x)| *dx = x - px);
                dy.iter_mut().zip(y).for_each(|(dy, y)| *dy = y - py);
                dx.iter_mut().for_each(|dx| *dx *= *dx);
                dy.iter_mut().for_each(|dy| *dy *= *dy);
                dx.iter_mut().zip(&dy).for_each(|(dx, dy)| *dx += dy);
                distances.iter_mut().zip(&dx).for_each(|(distance, squared)| *distance = squared.sqrt());
            }
        }
        Ok(())
    })
}
// ANCHOR_END: blocked

// ANCHOR: blocked_threads
/// The rows shared out to threads, each with temporaries of its own.
///
/// Mirrors NumExpr's threads. Look whether two threads are twice as fast: each core has its own square root.
pub fn blocked_threads(input: &Input, settings: &Settings) -> Ready<Distance> {
    let block = settings.block.map_or(fitting_block(BYTES), usize::from).clamp(1, input.points());
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, output: &mut Output| {
        let rows = output.par_chunks_mut(input.points()).zip(&input.x).zip(&input.y);
        let temporaries = || (vec![0.0; block], vec![0.0; block]);
        pool.install(|| {
            rows.for_each_init(temporaries, |(dx, dy), ((row, px), py)| {
                let blocks = row.chunks_mut(block).zip(input.x.chunks(block).zip(input.y.chunks(block)));
                for (distances, (x, y)) in blocks {
                    dx.iter_mut().zip(x).for_each(|(dx, x)| *dx = x - px);
                    dy.iter_mut().zip(y).for_each(|(dy, y)| *dy = y - py);
                    dx.iter_mut().for_each(|dx| *dx *= *dx);
                    dy.iter_mut().for_each(|dy| *dy *= *dy);
                    dx.iter_mut().zip(&*dy).for_each(|(dx, dy)| *dx += dy);
                    distances.iter_mut().zip(&*dx).for_each(|(distance, squared)| *distance = squared.sqrt());
                }
            });
        });
        Ok(())
    })
}
// ANCHOR_END: blocked_threads

// ANCHOR: compiled
/// The text of the expression, over a row and a column that are broadcast against each other.
///
/// Mirrors `numexpr.evaluate` over `x[None, :]` and `x[:, None]`. Look at the listing: px and py do not change in a block, so they
/// are scalars.
pub fn compiled(_input: &Input, settings: &Settings) -> Ready<Distance> {
    let program = compile(TEXT, &["x", "y", "px", "py"].map(|name| (name, Type::Float)))?;
    let options = Options { block: settings.block.map(usize::from), ..Options::default() };
    ready(1, move |input: &Input, output: &mut Output| {
        let [x, y] = [Array::from(&input.x), Array::from(&input.y)];
        let [px, py] = [Array::column(&input.x), Array::column(&input.y)];
        program.run_into(&[x, y, px, py], &mut [output.into()], &options)
    })
}
// ANCHOR_END: compiled

// ANCHOR: compiled_threads
/// The compiled blocks shared out to threads.
///
/// Mirrors NumExpr as it comes, which uses all cores. Look at the limit: the square roots, and the stores behind them.
pub fn compiled_threads(_input: &Input, settings: &Settings) -> Ready<Distance> {
    let program = compile(TEXT, &["x", "y", "px", "py"].map(|name| (name, Type::Float)))?;
    let options = Options { block: settings.block.map(usize::from), parallel: true, ..Options::default() };
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, output: &mut Output| {
        let [x, y] = [Array::from(&input.x), Array::from(&input.y)];
        let [px, py] = [Array::column(&input.x), Array::column(&input.y)];
        pool.install(|| program.run_into(&[x, y, px, py], &mut [output.into()], &options))
    })
}
// ANCHOR_END: compiled_threads

/// The steps, in order.
pub const STEPS: &[Step<Distance>] = &[
    step!(prepared blocked, "the book's broadcasting, in blocks", "an operation at a time over a block"),
    step!(prepared blocked_threads, "inside NumExpr, with threads", "rows shared out to threads")
        .lesson(Expected::Faster),
    step!(prepared compiled, "NumExpr, broadcast", "compiled to bytecode for blocks"),
    step!(prepared compiled_threads, "NumExpr with threads", "bytecode on several threads"),
];
