//! The distance ladder of whole arrays: from each point to each other by broadcasting, then without its temporaries.

use ndarray::{Array2, ArrayView1, ArrayViewMut2, Axis, Zip, stack};
use validation::distance::{Input, Output};
use validation::{Distance, Expected, Step, step};

// ANCHOR: broadcast
/// The points once along the rows and once along the columns: a new axis of length one stands for as many as are needed.
///
/// Mirrors `distance_matrix_numpy` of the book. Look at the shape in between: points x points x 2, written, squared into another
/// array as large, and summed over an axis of two.
pub fn broadcast(input: &Input, output: &mut Output) {
    let (x, y) = (ArrayView1::from(&input.x), ArrayView1::from(&input.y));
    let r = stack![Axis(1), x, y];
    let r_i = r.view().insert_axis(Axis(1));
    let r_j = r.view().insert_axis(Axis(0));
    let r_ij = &r_j - &r_i;
    let distances = (&r_ij * &r_ij).sum_axis(Axis(2)).sqrt();
    *output = distances.into_raw_vec_and_offset().0;
}
// ANCHOR_END: broadcast

// ANCHOR: separate
/// A matrix for each coordinate: no short axis to sum over.
///
/// Mirrors the book's formula with `x_ij` and `y_ij`. Look for the packed instructions, and at the four matrices that carry them.
pub fn separate(input: &Input, output: &mut Output) {
    let (x, y) = (ArrayView1::from(&input.x), ArrayView1::from(&input.y));
    let dx = &x.insert_axis(Axis(0)) - &x.insert_axis(Axis(1));
    let dy = &y.insert_axis(Axis(0)) - &y.insert_axis(Axis(1));
    let distances = (&dx * &dx + &dy * &dy).sqrt();
    *output = distances.into_raw_vec_and_offset().0;
}
// ANCHOR_END: separate

// ANCHOR: in_place
/// One matrix besides the answer, which holds the differences of x until it holds the distances.
///
/// Mirrors the same with `out=`. Look at the passes: the differences are written, and read again when they have long left the
/// cache.
pub fn in_place(input: &Input, output: &mut Output) {
    let (x, y) = (ArrayView1::from(&input.x), ArrayView1::from(&input.y));
    let shape = (input.points(), input.points());
    let mut dx = ArrayViewMut2::from_shape(shape, output).expect("a distance for each pair");
    let mut dy = Array2::zeros(shape);
    Zip::from(&mut dx)
        .and_broadcast(x.insert_axis(Axis(0)))
        .and_broadcast(x.insert_axis(Axis(1)))
        .for_each(|dx, xj, xi| *dx = xj - xi);
    Zip::from(&mut dy)
        .and_broadcast(y.insert_axis(Axis(0)))
        .and_broadcast(y.insert_axis(Axis(1)))
        .for_each(|dy, yj, yi| *dy = yj - yi);
    Zip::from(&mut dx).and(&dy).for_each(|dx, dy| *dx = f64::sqrt(*dx * *dx + dy * dy));
}
// ANCHOR_END: in_place

// ANCHOR: one_pass
/// Everything for one pair, then the next: the axes are broadcast, and nothing else is stored.
///
/// Mirrors nothing that NumPy can say. Look at the strides: along a row the point itself does not change, a stride of zero, and the
/// packed loop that the compiler has made is for arrays whose strides are all one.
pub fn one_pass(input: &Input, output: &mut Output) {
    let (x, y) = (ArrayView1::from(&input.x), ArrayView1::from(&input.y));
    let shape = (input.points(), input.points());
    let output = ArrayViewMut2::from_shape(shape, output).expect("a distance for each pair");
    Zip::from(output)
        .and_broadcast(x.insert_axis(Axis(0)))
        .and_broadcast(y.insert_axis(Axis(0)))
        .and_broadcast(x.insert_axis(Axis(1)))
        .and_broadcast(y.insert_axis(Axis(1)))
        .for_each(|distance, xj, yj, xi, yi| {
            let (dx, dy) = (xj - xi, yj - yi);
            *distance = f64::sqrt(dx * dx + dy * dy);
        });
}
// ANCHOR_END: one_pass

// ANCHOR: row_by_row
/// The outer axis is walked by itself, so that a row is one contiguous loop in which its point is constant.
///
/// Mirrors nothing that NumPy can say. Look for the packed square root, which is now the loop that runs.
pub fn row_by_row(input: &Input, output: &mut Output) {
    let (x, y) = (ArrayView1::from(&input.x), ArrayView1::from(&input.y));
    let shape = (input.points(), input.points());
    let mut output = ArrayViewMut2::from_shape(shape, output).expect("a distance for each pair");
    Zip::from(output.rows_mut()).and(x).and(y).for_each(|row, xi, yi| {
        Zip::from(row).and(x).and(y).for_each(|distance, xj, yj| {
            let (dx, dy) = (xj - xi, yj - yi);
            *distance = f64::sqrt(dx * dx + dy * dy);
        });
    });
}
// ANCHOR_END: row_by_row

/// The steps, in order.
pub const STEPS: &[Step<Distance>] = &[
    step!(broadcast, "distance_matrix_numpy", "new axes, and an axis of two to sum over")
        .temporaries(|input: &Input| 6 * matrix_bytes(input) + 16 * input.points() as u64),
    step!(separate, "x_ij and y_ij of the book", "a matrix for each coordinate")
        .temporaries(|input: &Input| 4 * matrix_bytes(input)),
    step!(in_place, "the same with out=", "one matrix besides the answer")
        .temporaries(|input: &Input| matrix_bytes(input)),
    step!(one_pass, "beyond NumPy", "nothing stored but the answer"),
    step!(row_by_row, "beyond NumPy", "each row a contiguous loop").lesson(Expected::Faster),
];

/// Bytes of one matrix of points by points.
fn matrix_bytes(input: &Input) -> u64 {
    8 * (input.points() * input.points()) as u64
}
