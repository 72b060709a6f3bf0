//! The expression ladder of the scalar kernels: (a + b) * 2 + a * b over two matrices.

use ndarray::{ArrayView2, ArrayViewMut2, Slice, Zip, s};
use validation::expression::{Input, Output};
use validation::{Expected, Expression, Step, step};

/// The two matrices and the answer as arrays of two dimensions.
fn views<'a>(
    input: &'a Input,
    output: &'a mut Output,
) -> (ArrayView2<'a, f64>, ArrayView2<'a, f64>, ArrayViewMut2<'a, f64>) {
    let shape = (input.rows, input.cols);
    let view = |values: &'a [f64]| ArrayView2::from_shape(shape, values).expect("the input has rows * cols values");
    let output = ArrayViewMut2::from_shape(shape, output).expect("the output has rows * cols values");
    (view(&input.a), view(&input.b), output)
}

// ANCHOR: indexed
/// Each element by its row and column, with a bounds check for each index.
///
/// Mirrors the talk's loop over buffers before `boundscheck(False)`. Look where the checks have gone: the compiler asks once for each
/// row how far its indices are in bounds, and the loop in between is packed.
pub fn indexed(input: &Input, output: &mut Output) {
    let (a, b, mut output) = views(input, output);
    for row in 0..a.nrows() {
        for col in 0..a.ncols() {
            output[[row, col]] = (a[[row, col]] + b[[row, col]]) * 2.0 + a[[row, col]] * b[[row, col]];
        }
    }
}
// ANCHOR_END: indexed

// ANCHOR: zipped
/// The three arrays walked in step: the shapes are compared once, and no element is asked for by an index.
///
/// Mirrors the array expression of NumPy, without its temporaries. Look for the packed instructions.
pub fn zipped(input: &Input, output: &mut Output) {
    let (a, b, output) = views(input, output);
    Zip::from(output).and(a).and(b).for_each(|output, a, b| {
        *output = (a + b) * 2.0 + a * b;
    });
}
// ANCHOR_END: zipped

// ANCHOR: unchecked
/// Each element by its row and column, on the word of the programmer that they are inside.
///
/// Mirrors the talk's `boundscheck(False)` and `wraparound(False)`. Look whether it is any better than `zipped`, which is safe.
#[expect(unsafe_code, reason = "what leaving out the bounds checks is worth is the lesson")]
pub fn unchecked(input: &Input, output: &mut Output) {
    let (a, b, mut output) = views(input, output);
    for row in 0..a.nrows() {
        for col in 0..a.ncols() {
            // SAFETY: `views` gives all three arrays the same shape, and row and col run below its two sides.
            unsafe {
                let (a, b) = (a.uget((row, col)), b.uget((row, col)));
                *output.uget_mut((row, col)) = (a + b) * 2.0 + a * b;
            }
        }
    }
}
// ANCHOR_END: unchecked

// ANCHOR: quadrants
/// Four views of half the rows and half the columns, one after the other.
///
/// Mirrors the talk's memory views, the shape that its threads share out later. Look at the inner loop: a row of a quadrant is
/// contiguous, the quadrant is not.
pub fn quadrants(input: &Input, output: &mut Output) {
    let (a, b, mut output) = views(input, output);
    let (v, h) = (a.nrows() / 2, a.ncols() / 2);
    for rows in [Slice::from(..v), Slice::from(v..)] {
        for cols in [Slice::from(..h), Slice::from(h..)] {
            let (a, b, output) = (a.slice(s![rows, cols]), b.slice(s![rows, cols]), output.slice_mut(s![rows, cols]));
            Zip::from(output).and(a).and(b).for_each(|output, a, b| {
                *output = (a + b) * 2.0 + a * b;
            });
        }
    }
}
// ANCHOR_END: quadrants

/// The steps, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(indexed, "the talk's buffer loop", "every index checked"),
    step!(zipped, "NumPy's a + b, fused", "shapes checked once, arrays walked in step"),
    step!(unchecked, "boundscheck(False)", "no index checked, on the programmer's word").lesson(Expected::Same),
    step!(quadrants, "the talk's memory views", "four views of half the rows and columns"),
];
