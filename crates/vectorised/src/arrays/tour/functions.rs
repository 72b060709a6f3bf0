//! The functions of the tour, each the line of one stop.

use ndarray::{
    Array, Array1, Array2, Array3, ArrayBase, ArrayView1, ArrayView2, Axis, RawData, ShapeError, Zip, array, s,
};

// Creation, dtype and shape

/// An array from its elements.
pub fn from_elements() -> Array1<i64> {
    array![0, 1, 2]
}

/// An array from its elements, as numbers of another type. In Rust the type of the elements is part of the array's type.
pub fn single_precision() -> Array1<f32> {
    array![1.0_f32, 2.0, 3.0]
}

/// The same numbers as another type: a new array.
pub fn cast(a: &Array1<i64>) -> Array1<f32> {
    a.mapv(|a| a as f32)
}

/// The name of the type of the elements, which is known when the program is compiled.
pub fn dtype<A, S: RawData<Elem = A>, D>(_: &ArrayBase<S, D>) -> &'static str {
    std::any::type_name::<A>()
}

/// The length of each axis.
pub fn shape(m: &Array2<i64>) -> &[usize] {
    m.shape()
}

/// The number of elements, and the bytes that they take.
pub fn size_and_bytes(m: &Array2<i64>) -> (usize, usize) {
    (m.len(), m.len() * size_of::<i64>())
}

/// An array of zeros.
pub fn zeros() -> Array2<f64> {
    Array2::zeros((2, 3))
}

/// An array of ones.
pub fn ones() -> Array2<f32> {
    Array2::ones((3, 3))
}

/// Zeros in the shape of another array.
pub fn zeros_like(m: &Array2<i64>) -> Array2<i64> {
    Array2::zeros(m.dim())
}

/// The numbers from 0, as many as are asked for.
pub fn counted(n: i64) -> Array1<i64> {
    Array::from_iter(0..n)
}

/// Numbers at equal distances, both ends among them.
pub fn evenly_spaced() -> Array1<f64> {
    Array::linspace(0.0, 1.0, 5)
}

// Reshape

/// The same elements under other axes: the array is moved into its new shape, and no element is copied.
///
/// # Errors
/// When the shape has not as many elements.
pub fn reshape(a: Array1<i64>) -> Result<Array3<i64>, ShapeError> {
    a.into_shape_with_order((2, 1, 5))
}

/// An axis of length one more.
pub fn new_axis(a: ArrayView1<'_, i64>) -> ArrayView2<'_, i64> {
    a.insert_axis(Axis(1))
}

/// The axes in the other order, as a view.
pub fn transpose(m: &Array2<i64>) -> ArrayView2<'_, i64> {
    m.t()
}

// Access, slices, views and copies

/// One element, by an index for each axis.
pub fn element(m: &Array2<i64>) -> i64 {
    m[[0, 1]]
}

/// The first row, as a view.
pub fn row(m: &Array2<i64>) -> ArrayView1<'_, i64> {
    m.row(0)
}

/// Some of the rows and some of the columns, as a view.
pub fn block(m: &Array2<i64>) -> ArrayView2<'_, i64> {
    m.slice(s![0..2, 0..2])
}

/// Every second element, backwards.
pub fn backwards(a: &Array1<i64>) -> ArrayView1<'_, i64> {
    a.slice(s![..;-2])
}

/// The x coordinates of a list of (x, y), as a view: its elements do not lie side by side.
pub fn column(r: &Array2<f64>) -> ArrayView1<'_, f64> {
    r.slice(s![.., 0])
}

/// Writes to a block of an array.
pub fn assign(mut m: Array2<i64>) -> Array2<i64> {
    m.slice_mut(s![0..2, 0..2]).assign(&array![[8, 7], [6, 5]]);
    m
}

/// What is written to a view is written to its array. The compiler sees to it that nobody uses `a` while the view may write.
pub fn written_through_a_view(mut a: Array1<i64>) -> Array1<i64> {
    let mut view = a.slice_mut(s![0..2]);
    view[0] = 2;
    a
}

/// What is written to a copy is not.
pub fn written_to_a_copy(a: Array1<i64>) -> Array1<i64> {
    let mut copy = a.slice(s![0..2]).to_owned();
    copy[0] = 2;
    a
}

// Picking by lists of indices

/// Elements by a list of their indices: always a copy.
pub fn pick(a: &Array1<i64>) -> Array1<i64> {
    a.select(Axis(0), &[0, 2, 3])
}

/// Elements by a list of indices for each axis.
pub fn pick_pairs(m: &Array2<i64>) -> Array1<i64> {
    [[0, 2], [1, 0]].iter().map(|&index| m[index]).collect()
}

/// Elements in the shape of the array of indices.
pub fn pick_in_shape(a: &Array1<i64>, indices: &Array2<usize>) -> Array2<i64> {
    indices.mapv(|i| a[i])
}

/// The columns in another order: x and y change places.
pub fn swap_columns(r: &Array2<f64>) -> Array2<f64> {
    r.select(Axis(1), &[1, 0])
}

/// Rows by a list of their indices, in the form that takes any number of axes: a view of each row, and a new array of all of them.
pub fn pick_rows(r: &Array2<f64>, idx: &[usize]) -> Array2<f64> {
    r.select(Axis(0), idx)
}

/// The same for two axes, without a view for each row: every element of the new array is asked where it comes from.
pub fn take(r: &Array2<f64>, idx: &[usize]) -> Array2<f64> {
    Array2::from_shape_fn((idx.len(), r.ncols()), |(row, col)| r[[idx[row], col]])
}

// Masks

/// A mask: for each element, whether it is larger.
pub fn compare(u: &Array1<f64>) -> Array1<bool> {
    u.mapv(|u| u > 0.5)
}

/// The elements that a mask says.
pub fn masked(a: &Array1<i64>, mask: &Array1<bool>) -> Array1<i64> {
    a.iter().zip(mask).filter(|(_, kept)| **kept).map(|(a, _)| *a).collect()
}

/// The elements that are larger, without a mask in between.
pub fn filtered(u: &Array1<f64>) -> Array1<f64> {
    u.iter().copied().filter(|&u| u > 0.5).collect()
}

/// One value where the mask says so, and another where not.
pub fn either(u: &Array1<f64>) -> Array1<f64> {
    u.mapv(|u| if u > 0.5 { u } else { 0.0 })
}

/// The rows that a mask says, by way of their indices.
pub fn masked_rows(r: &Array2<f64>, mask: &[bool]) -> Array2<f64> {
    let kept: Vec<usize> = (0..mask.len()).filter(|&row| mask[row]).collect();
    r.select(Axis(0), &kept)
}

/// The same for rows that lie one after the other in memory: each one that is kept is copied as the piece that it is.
///
/// # Panics
/// When `r` is not stored row by row.
pub fn compress(mask: &[bool], r: &Array2<f64>) -> Array2<f64> {
    let (values, cols) = (r.as_slice().expect("rows one after the other"), r.ncols());
    let mut kept = Vec::with_capacity(values.len());
    let rows = values.chunks_exact(cols).zip(mask).filter(|(_, kept)| **kept);
    rows.for_each(|(row, _)| kept.extend_from_slice(row));
    Array2::from_shape_vec((kept.len() / cols, cols), kept).expect("whole rows")
}

// Broadcasting

/// One value for every element.
pub fn with_a_number(r: &Array2<f64>) -> Array2<f64> {
    r * 2.0
}

/// A row for every row: axes are matched from the last one.
pub fn with_a_row(r: &Array2<f64>, w: &Array1<f64>) -> Array2<f64> {
    r * w
}

/// An axis in the middle of the one array stands for all places of that axis in the other.
pub fn with_a_new_axis(t: &Array3<f64>, k: &Array2<f64>) -> Array3<f64> {
    t * &k.view().insert_axis(Axis(1))
}

/// Shapes that do not match: nothing. The operator itself would panic.
pub fn refused(r: &Array2<f64>, k: &Array2<f64>) -> Option<Array2<f64>> {
    Some(&k.broadcast(r.dim())? * r)
}

/// The products of all pairs.
pub fn outer(u: &Array1<f64>, w: &Array1<f64>) -> Array2<f64> {
    &u.view().insert_axis(Axis(1)) * &w.view().insert_axis(Axis(0))
}

// Mathematics

/// The square root of every element.
pub fn square_root(w: &Array1<f64>) -> Array1<f64> {
    w.sqrt()
}

/// Every element rounded down.
pub fn floor(u: &Array1<f64>) -> Array1<f64> {
    u.floor()
}

/// The larger of each pair.
pub fn larger(x: ArrayView1<'_, f64>, y: ArrayView1<'_, f64>) -> Array1<f64> {
    Zip::from(x).and(y).map_collect(|&x, &y| x.max(y))
}

/// The product of two matrices.
pub fn product(r: &Array2<f64>, k: &Array2<f64>) -> Array2<f64> {
    r.dot(k)
}

// Reductions

/// The sum of everything.
pub fn sum(r: &Array2<f64>) -> f64 {
    r.sum()
}

/// The sums along the first axis, which goes: one for each column.
pub fn sum_of_columns(r: &Array2<f64>) -> Array1<f64> {
    r.sum_axis(Axis(0))
}

/// The sums along the last axis: one for each row.
pub fn sum_of_rows(r: &Array2<f64>) -> Array1<f64> {
    r.sum_axis(Axis(1))
}

/// The mean of each column; there is none where there are no rows.
pub fn mean_of_columns(r: &Array2<f64>) -> Option<Array1<f64>> {
    r.mean_axis(Axis(0))
}

/// The largest element. `max` of NumPy gives NaN if there is one; `f64::max` passes over it.
pub fn largest(r: &Array2<f64>) -> f64 {
    r.fold(f64::NEG_INFINITY, |largest, &r| largest.max(r))
}

/// The length of each coordinate: square, sum over the last axis, square root.
pub fn norm(r: &Array2<f64>) -> Array1<f64> {
    (r * r).sum_axis(Axis(1)).sqrt()
}

/// The length of each coordinate, without the arrays in between.
pub fn norm_by_rows(r: &Array2<f64>) -> Array1<f64> {
    r.map_axis(Axis(1), |r| (r[0] * r[0] + r[1] * r[1]).sqrt())
}
