//! The distance ladder of the scalar kernels: from each point to each other.

use validation::distance::{Input, Output};
use validation::{Distance, Expected, Step, step};

// ANCHOR: indexed
/// Two loops over the points, every coordinate and every distance by its index.
///
/// Mirrors the book's loop over pairs. Look for the bounds checks in the inner loop.
pub fn indexed(input: &Input, output: &mut Output) {
    let points = input.points();
    for i in 0..points {
        for j in 0..points {
            let dx = input.x[j] - input.x[i];
            let dy = input.y[j] - input.y[i];
            output[i * points + j] = (dx * dx + dy * dy).sqrt();
        }
    }
}
// ANCHOR_END: indexed

// ANCHOR: mirrored
/// Half of the square roots: the way back is as long as the way there, to the last bit.
///
/// Mirrors nothing in the tutorials: an optimisation that counts operations and forgets memory. Look at the second store: it goes
/// down a column, so that each store touches another page, and nothing can be packed.
pub fn mirrored(input: &Input, output: &mut Output) {
    let points = input.points();
    for i in 0..points {
        output[i * points + i] = 0.0;
        for j in i + 1..points {
            let dx = input.x[j] - input.x[i];
            let dy = input.y[j] - input.y[i];
            let distance = (dx * dx + dy * dy).sqrt();
            output[i * points + j] = distance;
            output[j * points + i] = distance;
        }
    }
}
// ANCHOR_END: mirrored

// ANCHOR: rows
/// A row of the matrix at a time, its point read once, the points and the row walked in step.
///
/// Mirrors the book's broadcasting, without its temporaries. Look for the packed square root.
pub fn rows(input: &Input, output: &mut Output) {
    let points = input.points();
    for ((row, x), y) in output.chunks_exact_mut(points).zip(&input.x).zip(&input.y) {
        for ((distance, other_x), other_y) in row.iter_mut().zip(&input.x).zip(&input.y) {
            let dx = other_x - x;
            let dy = other_y - y;
            *distance = (dx * dx + dy * dy).sqrt();
        }
    }
}
// ANCHOR_END: rows

/// The steps, in order.
pub const STEPS: &[Step<Distance>] = &[
    step!(indexed, "the book's loop over pairs", "every index checked"),
    step!(mirrored, "beyond the book", "half the square roots, stored twice").changes_the_algorithm(),
    step!(rows, "the book's broadcasting, fused", "a row at a time, nothing indexed").lesson(Expected::Faster),
];
