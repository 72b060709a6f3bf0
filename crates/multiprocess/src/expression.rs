//! The expression ladder of processes: (a + b) * 2 + a * b, where sending costs more than computing.

use std::ops::Range;

use validation::expression::{Input, Output};
use validation::{Expected, Expression, Ready, Settings, Step, step};

use crate::prepared::pooled;
use crate::{FrozenArray, Numbers, SharedArray, task};

/// The rows and columns of the four quadrants.
fn quadrants(input: &Input) -> [(Range<usize>, Range<usize>); 4] {
    let (v, h) = (input.rows / 2, input.cols / 2);
    [(0..v, 0..h), (0..v, h..input.cols), (v..input.rows, h..input.cols), (v..input.rows, 0..h)]
}

/// A quadrant of a matrix, cut out row by row.
fn cut(matrix: &[f64], cols: usize, (rows, columns): &(Range<usize>, Range<usize>)) -> Vec<f64> {
    rows.clone().flat_map(|row| &matrix[row * cols..][columns.clone()]).copied().collect()
}

/// Puts a quadrant where it belongs.
fn paste(output: &mut Output, cols: usize, (rows, columns): &(Range<usize>, Range<usize>), quadrant: &[f64]) {
    for (row, values) in rows.clone().zip(quadrant.chunks_exact(columns.len().max(1))) {
        output[row * cols..][columns.clone()].copy_from_slice(values);
    }
}

// ANCHOR: whole
/// One process, and an array for the result of each operation.
///
/// Mirrors the talk's `test_numpy`, its measure for all that follows. Look for the three temporaries.
pub fn whole(input: &Input, output: &mut Output) {
    let sum: Vec<f64> = input.a.iter().zip(&input.b).map(|(a, b)| a + b).collect();
    let doubled: Vec<f64> = sum.iter().map(|sum| sum * 2.0).collect();
    let product: Vec<f64> = input.a.iter().zip(&input.b).map(|(a, b)| a * b).collect();
    for ((output, doubled), product) in output.iter_mut().zip(&doubled).zip(&product) {
        *output = doubled + product;
    }
}
// ANCHOR_END: whole

// ANCHOR: pool_quadrants
/// Four quadrants, sent to the pool number by number and back.
///
/// Mirrors the talk's `test_multi`, six times slower than its NumPy. Look at the arithmetic: four operations for each element, which is written,
/// sent, received and read three times over for that.
pub fn pool_quadrants(_: &Input, settings: &Settings) -> Ready<Expression> {
    fn calculate((a, b): (Vec<f64>, Vec<f64>)) -> Vec<f64> {
        a.iter().zip(&b).map(|(a, b)| (a + b) * 2.0 + a * b).collect()
    }
    task!(calculate);
    pooled::<Expression>(settings, |pool, input, output| {
        let quadrants = quadrants(input);
        let pieces = quadrants.iter().map(|quadrant| {
            let [a, b] = [&input.a, &input.b].map(|matrix| cut(matrix, input.cols, quadrant));
            pool.apply_async(calculate, (a, b))
        });
        let results = pieces.collect::<Result<Vec<_>, _>>()?;
        for (quadrant, result) in quadrants.iter().zip(results) {
            paste(output, input.cols, quadrant, &result.get()?);
        }
        Ok(())
    })
}
// ANCHOR_END: pool_quadrants

// ANCHOR: pool_bytes
/// The same quadrants as the bytes that they are.
///
/// Mirrors NumPy's own pickling, which the talk's pool used: a header and the bytes. Look what is left: copies, two on each side of
/// each connection, and the kernel's own.
pub fn pool_bytes(_: &Input, settings: &Settings) -> Ready<Expression> {
    fn calculate((a, b): (Numbers<f64>, Numbers<f64>)) -> Numbers<f64> {
        Numbers(a.iter().zip(&*b).map(|(a, b)| (a + b) * 2.0 + a * b).collect())
    }
    task!(calculate);
    pooled::<Expression>(settings, |pool, input, output| {
        let quadrants = quadrants(input);
        let pieces = quadrants.iter().map(|quadrant| {
            let [a, b] = [&input.a, &input.b].map(|matrix| Numbers(cut(matrix, input.cols, quadrant)));
            pool.apply_async(calculate, (a, b))
        });
        let results = pieces.collect::<Result<Vec<_>, _>>()?;
        for (quadrant, result) in quadrants.iter().zip(results) {
            paste(output, input.cols, quadrant, &result.get()?);
        }
        Ok(())
    })
}
// ANCHOR_END: pool_bytes

// ANCHOR: shared
/// The matrices lie in memory that every process reads, and the answer in memory that each writes a part of. Only the parts' places are
/// sent.
///
/// Mirrors the book's advice to share what is large. Look at the preparation: the matrices were put there before the clock. The copy of
/// the answer at the end is on it.
pub fn shared(input: &Input, settings: &Settings) -> Ready<Expression> {
    fn calculate((a, b): (FrozenArray<f64>, FrozenArray<f64>), first: usize, output: &mut [f64]) {
        for ((output, a), b) in output.iter_mut().zip(&a[first..]).zip(&b[first..]) {
            *output = (a + b) * 2.0 + a * b;
        }
    }
    task!(part calculate);
    let matrices = (FrozenArray::of(&input.a)?, FrozenArray::of(&input.b)?);
    let mut array = SharedArray::new(input.rows * input.cols)?;
    let chunk = settings.chunk.map_or(input.rows.div_ceil(2 * settings.threads.get()), usize::from).min(input.rows);
    pooled::<Expression>(settings, move |pool, input, output| {
        pool.fill(&mut array, chunk * input.cols, calculate, &matrices)?;
        output.copy_from_slice(&array);
        Ok(())
    })
}
// ANCHOR_END: shared

/// The steps, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(whole, "the talk's test_numpy", "one process, an array for each operation")
        .temporaries(|input| 3 * bytes(input)),
    step!(prepared pool_quadrants, "the talk's test_multi", "quadrants sent number by number")
        .lesson(Expected::Slower)
        .temporaries(|input| 9 * bytes(input)),
    step!(prepared pool_bytes, "NumPy's own pickling", "quadrants sent as bytes").temporaries(|input| 9 * bytes(input)),
    step!(prepared shared, "the book's shared memory", "matrices and answer shared")
        .temporaries(|input| 3 * bytes(input)),
];

/// A matrix.
fn bytes(input: &Input) -> u64 {
    8 * (input.rows * input.cols) as u64
}
