//! The kernel of the expression, which several parts start.

use gpu::{ElementwiseKernel, Gpu, GpuError};

use super::numbers::Real;

/// The expression for each element, in the languages of both drivers.
const EXPRESSION: &str = "output[i] = (a[i] + b[i]) * 2 + a[i] * b[i];";

/// Its kernel in a precision.
pub(crate) fn expression<T: Real>(gpu: &Gpu) -> Result<ElementwiseKernel, GpuError> {
    let real = T::SCALAR;
    ElementwiseKernel::new(gpu, &format!("{real} *a, {real} *b, {real} *output"), EXPRESSION, "expression")
}
