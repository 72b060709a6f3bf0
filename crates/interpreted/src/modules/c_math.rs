//! Functions of the C library's mathematics that Rust's standard library has not, or computes in another way.
#![expect(unsafe_code, reason = "functions of the C library are declared")]

// SAFETY: these are the signatures of the C standard; the functions take and give numbers and touch no memory.
unsafe extern "C" {
    /// The inverse of the hyperbolic cosine.
    pub(crate) safe fn acosh(x: f64) -> f64;
    /// The inverse of the hyperbolic sine.
    pub(crate) safe fn asinh(x: f64) -> f64;
    /// The inverse of the hyperbolic tangent.
    pub(crate) safe fn atanh(x: f64) -> f64;
    /// The error function.
    pub(crate) safe fn erf(x: f64) -> f64;
    /// 1 less the error function.
    pub(crate) safe fn erfc(x: f64) -> f64;
    /// A number times a power of 2.
    pub(crate) safe fn ldexp(x: f64, exponent: i32) -> f64;
    /// The number next to the first in the direction of the second.
    pub(crate) safe fn nextafter(x: f64, y: f64) -> f64;
}
