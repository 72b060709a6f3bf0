//! Numbers that devices compute with, in two precisions.

use gpu::Element;
use validation::Precision;

/// A number that devices compute with, in one of two precisions.
pub(crate) trait Real: Element + gpu::Real {
    /// The nearest number of this precision.
    fn narrow(number: f64) -> Self;

    /// How close the answer of an exact kernel in this precision is to that of the problem.
    fn precision() -> Precision;
}

impl Real for f64 {
    fn narrow(number: f64) -> Self {
        number
    }

    fn precision() -> Precision {
        Precision::Exact
    }
}

impl Real for f32 {
    fn narrow(number: f64) -> Self {
        number as f32
    }

    fn precision() -> Precision {
        Precision::ExactSingle
    }
}

/// Numbers in a precision.
pub(crate) fn narrow<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&number| T::narrow(number)).collect()
}

/// Two arrays of so many numbers to compute with: those from 0 on, and the inverses of those from 1 on.
pub(crate) fn numbers(size: usize) -> (Vec<f64>, Vec<f64>) {
    (0..size).map(|number| (number as f64, 1.0 / (number as f64 + 1.0))).unzip()
}
