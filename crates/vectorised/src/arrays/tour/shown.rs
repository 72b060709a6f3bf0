//! Answers as Python shows them.

use std::fmt::Debug;

use ndarray::{ArrayBase, ArrayViewD, Data, Dimension, ShapeError};

/// An answer as Python shows it.
pub(super) trait Shown {
    /// The text of it.
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
