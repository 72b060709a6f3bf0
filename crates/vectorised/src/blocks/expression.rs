//! The expression ladder of blocks: (a + b) * 2 + a * b, an operation at a time.

use rayon::prelude::*;
use validation::expression::{Input, Output};
use validation::{Expected, Expression, Ready, Settings, Step, step};

use super::preparation::{compile, fitting_block, pool, ready};
use crate::compiler::{Array, Options, Type};

/// The expression, as the compiler reads it.
pub const TEXT: &str = "(a + b) * 2 + a * b";

/// Two inputs, the output and three temporaries, eight bytes each.
pub const BYTES: usize = 48;

// ANCHOR: one_block
/// Four loops, one for each operation, with temporaries as long as the matrices: all elements are one block.
///
/// Mirrors NumPy's `(a + b) * 2 + a * b`. Look how many bytes travel: six arrays are written or read that the problem does not need.
pub fn one_block(input: &Input, _settings: &Settings) -> Ready<Expression> {
    let block = input.a.len();
    let (mut sum, mut doubled, mut product) = (vec![0.0; block], vec![0.0; block], vec![0.0; block]);
    ready(1, move |input: &Input, output: &mut Output| {
        let blocks = output.chunks_mut(block).zip(input.a.chunks(block).zip(input.b.chunks(block)));
        for (output, (a, b)) in blocks {
            sum.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum = a + b);
            doubled.iter_mut().zip(&sum).for_each(|(doubled, sum)| *doubled = sum * 2.0);
            product.iter_mut().zip(a).zip(b).for_each(|((product, a), b)| *product = a * b);
            output.iter_mut().zip(&doubled).zip(&product).for_each(|((output, x), y)| *output = x + y);
        }
        Ok(())
    })
}
// ANCHOR_END: one_block

// ANCHOR: blocked
/// The same four loops for a block that fits the nearest cache, then for the next.
///
/// Mirrors what NumExpr does inside, without its interpreter. Look at the temporaries: they are written to and read from memory that is never
/// sent away.
pub fn blocked(input: &Input, settings: &Settings) -> Ready<Expression> {
    let block = settings.block.map_or(fitting_block(BYTES), usize::from).clamp(1, input.a.len());
    let (mut sum, mut doubled, mut product) = (vec![0.0; block], vec![0.0; block], vec![0.0; block]);
    ready(1, move |input: &Input, output: &mut Output| {
        let blocks = output.chunks_mut(block).zip(input.a.chunks(block).zip(input.b.chunks(block)));
        for (output, (a, b)) in blocks {
            sum.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum = a + b);
            doubled.iter_mut().zip(&sum).for_each(|(doubled, sum)| *doubled = sum * 2.0);
            product.iter_mut().zip(a).zip(b).for_each(|((product, a), b)| *product = a * b);
            output.iter_mut().zip(&doubled).zip(&product).for_each(|((output, x), y)| *output = x + y);
        }
        Ok(())
    })
}
// ANCHOR_END: blocked

// ANCHOR: blocked_threads
/// The blocks shared out to threads, each with temporaries of its own.
///
/// Mirrors NumExpr with `set_num_threads`. Look whether two threads are twice as fast: they share the way to memory.
pub fn blocked_threads(input: &Input, settings: &Settings) -> Ready<Expression> {
    let block = settings.block.map_or(fitting_block(BYTES), usize::from).clamp(1, input.a.len());
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, output: &mut Output| {
        let blocks = output.par_chunks_mut(block).zip(input.a.par_chunks(block).zip(input.b.par_chunks(block)));
        let temporaries = || (vec![0.0; block], vec![0.0; block], vec![0.0; block]);
        pool.install(|| {
            blocks.for_each_init(temporaries, |(sum, doubled, product), (output, (a, b))| {
                sum.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum = a + b);
                doubled.iter_mut().zip(&*sum).for_each(|(doubled, sum)| *doubled = sum * 2.0);
                product.iter_mut().zip(a).zip(b).for_each(|((product, a), b)| *product = a * b);
                output.iter_mut().zip(&*doubled).zip(&*product).for_each(|((output, x), y)| *output = x + y);
            });
        });
        Ok(())
    })
}
// ANCHOR_END: blocked_threads

// ANCHOR: compiled
/// The text of the expression, compiled once to two instructions for a block.
///
/// Mirrors `numexpr.evaluate(..., out=out)`. Look at the listing: each of the two does two operations, the second writes the output, past the
/// caches.
pub fn compiled(_input: &Input, settings: &Settings) -> Ready<Expression> {
    let program = compile(TEXT, &[("a", Type::Float), ("b", Type::Float)])?;
    let options = Options { block: settings.block.map(usize::from), ..Options::default() };
    ready(1, move |input: &Input, output: &mut Output| {
        let [a, b] = [Array::from(&input.a), Array::from(&input.b)];
        program.run_into(&[a, b], &mut [output.into()], &options)
    })
}
// ANCHOR_END: compiled

// ANCHOR: compiled_threads
/// The compiled blocks shared out to threads.
///
/// Mirrors NumExpr as it comes, which uses all cores. Look at the limit: memory, once two threads ask.
pub fn compiled_threads(_input: &Input, settings: &Settings) -> Ready<Expression> {
    let program = compile(TEXT, &[("a", Type::Float), ("b", Type::Float)])?;
    let options = Options { block: settings.block.map(usize::from), parallel: true, ..Options::default() };
    let pool = pool(settings.threads.get())?;
    ready(settings.threads.get(), move |input: &Input, output: &mut Output| {
        let [a, b] = [Array::from(&input.a), Array::from(&input.b)];
        pool.install(|| program.run_into(&[a, b], &mut [output.into()], &options))
    })
}
// ANCHOR_END: compiled_threads

/// The steps, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(prepared one_block, "NumPy", "an operation at a time over everything").temporaries(three_matrices),
    step!(prepared blocked, "inside NumExpr", "an operation at a time over a block").lesson(Expected::Faster),
    step!(prepared blocked_threads, "inside NumExpr, with threads", "blocks shared out to threads"),
    step!(prepared compiled, "NumExpr with out=", "compiled to bytecode for blocks"),
    step!(prepared compiled_threads, "NumExpr with out= and threads", "bytecode on several threads"),
];

/// The sum, its double, and the product.
fn three_matrices(input: &Input) -> u64 {
    3 * size_of_val(&input.a[..]) as u64
}
