//! A tour of arrays: what the book shows with NumPy, with the line that does it in `ndarray` beside it.
//!
//! Source: Gabriele Lanaro, *Python High Performance Programming*, chapter 2. Every line is a function of this module, with the
//! same answer as NumPy; [`STOPS`] lists them, and tests compare the list with the functions, with this table and, where it is
//! installed, with NumPy.
//!
#![doc = include_str!("tour.md")]

use std::fmt::{Debug, Write as _};

use ndarray::{
    Array, Array1, Array2, Array3, ArrayBase, ArrayView1, ArrayView2, ArrayViewD, Axis, Data, Dimension, RawData,
    ShapeError, Zip, array, s,
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

/// What the NumPy lines of [`STOPS`] start from.
pub const GIVEN: &str = "\
a = np.array([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
m = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
u = np.array([0.25, 0.5, 0.75, 1.5])
w = np.array([4.0, 9.0])
r = np.array([[3.0, 4.0], [5.0, 12.0], [8.0, 15.0]])
k = np.array([[1.0, 2.0], [3.0, 4.0]])
t = np.arange(12.0).reshape(2, 3, 2)
idx = [2, 0]
mask = [True, False, True]
";

/// A line of the tour.
#[derive(Clone, Copy)]
pub struct Stop {
    /// What it is about.
    pub topic: &'static str,
    /// The function of this module.
    pub name: &'static str,
    /// The line in NumPy, after [`GIVEN`]; of several statements the last is what is looked at.
    pub numpy: &'static str,
    /// The same in Rust: a piece of the function's body.
    pub rust: &'static str,
    /// The answer of both.
    pub answer: &'static str,
    /// Calls the function, and shows its answer as Python would.
    pub run: fn() -> String,
}

/// Makes a [`Stop`] of a call.
macro_rules! stop {
    ($topic:literal, $numpy:literal, $rust:literal, $name:ident($($operand:expr),*), $answer:literal) => {
        Stop { topic: $topic, name: stringify!($name), numpy: $numpy, rust: $rust, answer: $answer, run: || $name($($operand),*).shown() }
    };
}

/// The lines of the tour, in order.
pub const STOPS: &[Stop] = &[
    stop!("creation", "np.array([0, 1, 2])", "array![0, 1, 2]", from_elements(), "[0, 1, 2]"),
    stop!(
        "creation",
        "np.array([1, 2, 3], dtype='float32')",
        "array![1.0_f32, 2.0, 3.0]",
        single_precision(),
        "[1.0, 2.0, 3.0]"
    ),
    stop!(
        "creation",
        "a.astype('float32')",
        "a.mapv(|a| a as f32)",
        cast(&a()),
        "[9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]"
    ),
    stop!("creation", "np.zeros((2, 3))", "Array2::zeros((2, 3))", zeros(), "[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]"),
    stop!(
        "creation",
        "np.ones((3, 3), dtype='float32')",
        "Array2::ones((3, 3))",
        ones(),
        "[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]"
    ),
    stop!(
        "creation",
        "np.zeros_like(m)",
        "Array2::zeros(m.dim())",
        zeros_like(&m()),
        "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]"
    ),
    stop!("creation", "np.arange(4)", "Array::from_iter(0..n)", counted(4), "[0, 1, 2, 3]"),
    stop!(
        "creation",
        "np.linspace(0, 1, 5)",
        "Array::linspace(0.0, 1.0, 5)",
        evenly_spaced(),
        "[0.0, 0.25, 0.5, 0.75, 1.0]"
    ),
    stop!("dtype and shape", "a.dtype.kind + str(8 * a.dtype.itemsize)", "type_name::<A>()", dtype(&a()), "i64"),
    stop!("dtype and shape", "m.shape", "m.shape()", shape(&m()), "[3, 3]"),
    stop!(
        "dtype and shape",
        "m.size, m.nbytes",
        "(m.len(), m.len() * size_of::<i64>())",
        size_and_bytes(&m()),
        "[9, 72]"
    ),
    stop!(
        "reshape",
        "a.reshape(2, 1, 5)",
        "a.into_shape_with_order((2, 1, 5))",
        reshape(a()),
        "[[[9, 8, 7, 6, 5]], [[4, 3, 2, 1, 0]]]"
    ),
    stop!(
        "reshape",
        "a[:, np.newaxis]",
        "a.insert_axis(Axis(1))",
        new_axis(a().view()),
        "[[9], [8], [7], [6], [5], [4], [3], [2], [1], [0]]"
    ),
    stop!("reshape", "m.T", "m.t()", transpose(&m()), "[[0, 3, 6], [1, 4, 7], [2, 5, 8]]"),
    stop!("elements and slices", "m[0, 1]", "m[[0, 1]]", element(&m()), "1"),
    stop!("elements and slices", "m[0]", "m.row(0)", row(&m()), "[0, 1, 2]"),
    stop!("elements and slices", "m[0:2, 0:2]", "m.slice(s![0..2, 0..2])", block(&m()), "[[0, 1], [3, 4]]"),
    stop!("elements and slices", "r[:, 0]", "r.slice(s![.., 0])", column(&r()), "[3.0, 5.0, 8.0]"),
    stop!("elements and slices", "a[::-2]", "a.slice(s![..;-2])", backwards(&a()), "[0, 2, 4, 6, 8]"),
    stop!(
        "elements and slices",
        "m[0:2, 0:2] = [[8, 7], [6, 5]]; m",
        "m.slice_mut(s![0..2, 0..2]).assign(&array![[8, 7], [6, 5]])",
        assign(m()),
        "[[8, 7, 2], [6, 5, 5], [6, 7, 8]]"
    ),
    stop!(
        "views and copies",
        "view = a[0:2]; view[0] = 2; a",
        "let mut view = a.slice_mut(s![0..2])",
        written_through_a_view(a()),
        "[2, 8, 7, 6, 5, 4, 3, 2, 1, 0]"
    ),
    stop!(
        "views and copies",
        "copy = a[0:2].copy(); copy[0] = 2; a",
        "let mut copy = a.slice(s![0..2]).to_owned()",
        written_to_a_copy(a()),
        "[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]"
    ),
    stop!("lists of indices", "a[[0, 2, 3]]", "a.select(Axis(0), &[0, 2, 3])", pick(&a()), "[9, 7, 6]"),
    stop!(
        "lists of indices",
        "m[[0, 1], [2, 0]]",
        "[[0, 2], [1, 0]].iter().map(|&index| m[index]).collect()",
        pick_pairs(&m()),
        "[2, 3]"
    ),
    stop!(
        "lists of indices",
        "a[np.array([[0, 1], [2, 3]])]",
        "indices.mapv(|i| a[i])",
        pick_in_shape(&a(), &array![[0, 1], [2, 3]]),
        "[[9, 8], [7, 6]]"
    ),
    stop!(
        "lists of indices",
        "r[:, [1, 0]]",
        "r.select(Axis(1), &[1, 0])",
        swap_columns(&r()),
        "[[4.0, 3.0], [12.0, 5.0], [15.0, 8.0]]"
    ),
    stop!("lists of indices", "r[idx]", "r.select(Axis(0), idx)", pick_rows(&r(), &IDX), "[[8.0, 15.0], [3.0, 4.0]]"),
    stop!(
        "lists of indices",
        "np.take(r, idx, axis=0)",
        "Array2::from_shape_fn((idx.len(), r.ncols()), |(row, col)| r[[idx[row], col]])",
        take(&r(), &IDX),
        "[[8.0, 15.0], [3.0, 4.0]]"
    ),
    stop!("masks", "u > 0.5", "u.mapv(|u| u > 0.5)", compare(&u()), "[False, False, True, True]"),
    stop!(
        "masks",
        "a[a > 6]",
        "a.iter().zip(mask).filter(|(_, kept)| **kept)",
        masked(&a(), &a().mapv(|a| a > 6)),
        "[9, 8, 7]"
    ),
    stop!("masks", "u[u > 0.5]", "u.iter().copied().filter(|&u| u > 0.5).collect()", filtered(&u()), "[0.75, 1.5]"),
    stop!(
        "masks",
        "np.where(u > 0.5, u, 0)",
        "u.mapv(|u| if u > 0.5 { u } else { 0.0 })",
        either(&u()),
        "[0.0, 0.0, 0.75, 1.5]"
    ),
    stop!("masks", "r[mask]", "r.select(Axis(0), &kept)", masked_rows(&r(), &MASK), "[[3.0, 4.0], [8.0, 15.0]]"),
    stop!(
        "masks",
        "np.compress(mask, r, axis=0)",
        "values.chunks_exact(cols).zip(mask).filter(|(_, kept)| **kept)",
        compress(&MASK, &r()),
        "[[3.0, 4.0], [8.0, 15.0]]"
    ),
    stop!("broadcasting", "r * 2", "r * 2.0", with_a_number(&r()), "[[6.0, 8.0], [10.0, 24.0], [16.0, 30.0]]"),
    stop!("broadcasting", "r * w", "r * w", with_a_row(&r(), &w()), "[[12.0, 36.0], [20.0, 108.0], [32.0, 135.0]]"),
    stop!(
        "broadcasting",
        "t * k[:, np.newaxis, :]",
        "t * &k.view().insert_axis(Axis(1))",
        with_a_new_axis(&t(), &k()),
        "[[[0.0, 2.0], [2.0, 6.0], [4.0, 10.0]], [[18.0, 28.0], [24.0, 36.0], [30.0, 44.0]]]"
    ),
    stop!(
        "broadcasting",
        "u[:, np.newaxis] * w[np.newaxis, :]",
        "&u.view().insert_axis(Axis(1)) * &w.view().insert_axis(Axis(0))",
        outer(&u(), &w()),
        "[[1.0, 2.25], [2.0, 4.5], [3.0, 6.75], [6.0, 13.5]]"
    ),
    stop!("broadcasting", "k * r", "k.broadcast(r.dim())", refused(&r(), &k()), "ValueError"),
    stop!("mathematics", "np.sqrt(w)", "w.sqrt()", square_root(&w()), "[2.0, 3.0]"),
    stop!("mathematics", "np.floor(u)", "u.floor()", floor(&u()), "[0.0, 0.0, 0.0, 1.0]"),
    stop!(
        "mathematics",
        "np.maximum(r[:, 0], r[::-1, 1])",
        "Zip::from(x).and(y).map_collect(|&x, &y| x.max(y))",
        larger(r().column(0), r().slice(s![..;-1, 1])),
        "[15.0, 12.0, 8.0]"
    ),
    stop!("mathematics", "r @ k", "r.dot(k)", product(&r(), &k()), "[[15.0, 22.0], [41.0, 58.0], [53.0, 76.0]]"),
    stop!("reductions", "r.sum()", "r.sum()", sum(&r()), "47.0"),
    stop!("reductions", "r.sum(axis=0)", "r.sum_axis(Axis(0))", sum_of_columns(&r()), "[16.0, 31.0]"),
    stop!("reductions", "r.sum(axis=1)", "r.sum_axis(Axis(1))", sum_of_rows(&r()), "[7.0, 17.0, 23.0]"),
    stop!(
        "reductions",
        "r.mean(axis=0)",
        "r.mean_axis(Axis(0))",
        mean_of_columns(&r()),
        "[5.333333333333333, 10.333333333333334]"
    ),
    stop!("reductions", "r.max()", "r.fold(f64::NEG_INFINITY, |largest, &r| largest.max(r))", largest(&r()), "15.0"),
    stop!("norms", "np.sqrt((r**2).sum(axis=1))", "(r * r).sum_axis(Axis(1)).sqrt()", norm(&r()), "[5.0, 13.0, 17.0]"),
    stop!(
        "norms",
        "np.hypot(r[:, 0], r[:, 1])",
        "r.map_axis(Axis(1), |r| (r[0] * r[0] + r[1] * r[1]).sqrt())",
        norm_by_rows(&r()),
        "[5.0, 13.0, 17.0]"
    ),
];

// What the lines start from, in Rust.

fn a() -> Array1<i64> {
    array![9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
}

fn m() -> Array2<i64> {
    array![[0, 1, 2], [3, 4, 5], [6, 7, 8]]
}

fn u() -> Array1<f64> {
    array![0.25, 0.5, 0.75, 1.5]
}

fn w() -> Array1<f64> {
    array![4.0, 9.0]
}

fn r() -> Array2<f64> {
    array![[3.0, 4.0], [5.0, 12.0], [8.0, 15.0]]
}

fn k() -> Array2<f64> {
    array![[1.0, 2.0], [3.0, 4.0]]
}

fn t() -> Array3<f64> {
    Array::from_iter((0..12).map(f64::from)).into_shape_with_order((2, 3, 2)).expect("12 elements")
}

const IDX: [usize; 2] = [2, 0];
const MASK: [bool; 3] = [true, false, true];

/// An answer as Python shows it.
trait Shown {
    fn shown(&self) -> String;
}

/// A number or a truth value.
fn scalar(value: &impl Debug) -> String {
    format!("{value:?}").replace("true", "True").replace("false", "False")
}

/// An array as a list of lists.
fn list<A: Debug>(values: ArrayViewD<'_, A>) -> String {
    match values.ndim() {
        0 => values.iter().map(scalar).collect(),
        _ => format!("[{}]", values.outer_iter().map(list).collect::<Vec<_>>().join(", ")),
    }
}

impl<A: Debug, S: Data<Elem = A>, D: Dimension> Shown for ArrayBase<S, D> {
    fn shown(&self) -> String {
        list(self.view().into_dyn())
    }
}

impl Shown for i64 {
    fn shown(&self) -> String {
        scalar(self)
    }
}

impl Shown for f64 {
    fn shown(&self) -> String {
        scalar(self)
    }
}

impl Shown for &str {
    fn shown(&self) -> String {
        (*self).to_owned()
    }
}

impl Shown for &[usize] {
    fn shown(&self) -> String {
        scalar(self)
    }
}

impl Shown for (usize, usize) {
    fn shown(&self) -> String {
        scalar(&[self.0, self.1])
    }
}

/// What is refused is an exception in Python.
impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "ValueError".to_owned(), Shown::shown)
    }
}

impl<T: Shown> Shown for Result<T, ShapeError> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|_| "ValueError".to_owned(), Shown::shown)
    }
}

/// The tour as Markdown: what the lines start from, and a table for each topic.
pub fn markdown() -> String {
    let mut text = format!("```python\nimport numpy as np\n\n{GIVEN}```\n");
    for stops in STOPS.chunk_by(|one, next| one.topic == next.topic) {
        let _ = writeln!(text, "\n| {} in NumPy | in Rust | function | answer |\n|---|---|---|---|", stops[0].topic);
        for stop in stops {
            let cell = |code: &str| format!("`{}`", code.replace('|', "\\|"));
            let cells = [stop.numpy, stop.rust, stop.name, stop.answer].map(cell);
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = include_str!("tour.rs");

    /// The text of a function of this module, from its name to its last brace.
    fn body(name: &str) -> &'static str {
        let from =
            [format!("pub fn {name}("), format!("pub fn {name}<")].iter().find_map(|start| SOURCE.find(start.as_str()));
        let from = from.unwrap_or_else(|| panic!("{name} is not in this module"));
        &SOURCE[from..from + SOURCE[from..].find("\n}\n").expect("a function ends")]
    }

    #[test]
    fn every_function_gives_the_answer_of_numpy() {
        for stop in STOPS {
            assert_eq!((stop.run)(), stop.answer, "{}: {}", stop.name, stop.numpy);
        }
    }

    #[test]
    fn the_lines_in_rust_are_those_of_the_functions() {
        for stop in STOPS {
            assert!(body(stop.name).contains(stop.rust), "{}: {} is not in it", stop.name, stop.rust);
        }
    }

    #[test]
    fn every_function_of_the_tour_is_a_stop() {
        let tour = &SOURCE[..SOURCE.find("/// What the NumPy lines").unwrap()];
        let names = tour.split("\npub fn ").skip(1).map(|rest| rest.split(['(', '<']).next().unwrap());
        for name in names {
            assert!(STOPS.iter().any(|stop| stop.name == name), "{name} is no stop");
        }
        for stops in STOPS.windows(2) {
            let again = STOPS.iter().filter(|stop| stop.topic == stops[1].topic).count();
            let together =
                STOPS.chunk_by(|one, next| one.topic == next.topic).find(|chunk| chunk[0].topic == stops[1].topic);
            assert_eq!(together.unwrap().len(), again, "{} is there twice", stops[1].topic);
        }
    }

    #[test]
    fn the_table_of_the_book_is_the_list() {
        let written = include_str!("tour.md");
        assert!(written == markdown(), "tour.md should be:\n{}", markdown());
    }

    #[test]
    fn the_forms_of_take_and_compress_agree() {
        let r = Array2::from_shape_fn((100, 2), |(row, col)| (row * 2 + col) as f64);
        let idx: Vec<usize> = (0..100).rev().step_by(3).collect();
        let taken = take(&r, &idx);
        assert_eq!(taken.row(1), r.row(96));
        assert_eq!(pick_rows(&r, &idx), taken);
        let mask: Vec<bool> = (0..100).map(|row| row % 3 == 1).collect();
        let kept = compress(&mask, &r);
        assert_eq!((kept.nrows(), kept[[32, 1]]), (33, 195.0));
        assert_eq!(masked_rows(&r, &mask), kept);
    }

    #[test]
    fn a_view_shares_the_memory_of_its_array_and_a_copy_does_not() {
        let m = m();
        assert_eq!(block(&m).as_ptr(), m.as_ptr());
        assert_eq!(transpose(&m).as_ptr(), m.as_ptr());
        assert_eq!(column(&r()).strides(), [2]);
        assert_ne!(block(&m).to_owned().as_ptr(), m.as_ptr());
        let a = a();
        let place = a.as_ptr();
        assert_eq!(reshape(a).unwrap().as_ptr(), place);
    }

    #[test]
    fn a_shape_with_another_number_of_elements_is_refused() {
        assert!(reshape(counted(9)).is_err());
        assert_eq!(mean_of_columns(&Array2::zeros((0, 2))), None);
    }
}
