//! The stops of the tour: the line in NumPy, the same in Rust, and the answer of both.

use std::fmt::Write as _;

use ndarray::{Array, Array1, Array2, Array3, array, s};

use super::functions::*;
use super::shown::Shown;

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
    /// The function of the tour.
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

pub(super) fn a() -> Array1<i64> {
    array![9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
}

pub(super) fn m() -> Array2<i64> {
    array![[0, 1, 2], [3, 4, 5], [6, 7, 8]]
}

fn u() -> Array1<f64> {
    array![0.25, 0.5, 0.75, 1.5]
}

fn w() -> Array1<f64> {
    array![4.0, 9.0]
}

pub(super) fn r() -> Array2<f64> {
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
