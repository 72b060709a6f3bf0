//! Complex numbers, operation by operation as C's CPython rounds them. `hypot`, `atan2`, `exp`, `log`, `sin`, `cos` and `pow` are
//! the C library's: what is computed with them has its last bits.

use super::floats::by_zero;
use crate::bytecode::BinaryOperator;
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::value::Value;

/// Real and imaginary part.
pub(super) type Parts = (f64, f64);

/// `left operator right`, or none where complex numbers have no such operator.
pub(super) fn binary(heap: &mut Heap, operator: BinaryOperator, left: Parts, right: Parts) -> Option<Outcome<Value>> {
    let (real, imaginary) = match operator {
        BinaryOperator::Add => (left.0 + right.0, left.1 + right.1),
        BinaryOperator::Subtract => (left.0 - right.0, left.1 - right.1),
        BinaryOperator::Multiply => product(left, right),
        BinaryOperator::TrueDivide => match quotient(left, right) {
            Some(quotient) => quotient,
            None => return Some(Err(by_zero(heap, "complex division by zero"))),
        },
        BinaryOperator::Power => return Some(power(heap, left, right)),
        _ => return None,
    };
    Some(Ok(Value::Complex(real, imaginary)))
}

/// Whether there is such an operator.
pub(super) fn has(operator: BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::TrueDivide
            | BinaryOperator::Power
    )
}

/// The product.
#[inline]
pub(super) fn product(left: Parts, right: Parts) -> Parts {
    (left.0 * right.0 - left.1 * right.1, left.0 * right.1 + left.1 * right.0)
}

/// The quotient; none for a zero divisor.
///
/// Numerator and denominator are divided by the larger part of the divisor first, so that its square cannot overflow.
pub(super) fn quotient(left: Parts, right: Parts) -> Option<Parts> {
    if right.0.abs() >= right.1.abs() {
        if right.0 == 0.0 {
            return None;
        }
        let ratio = right.1 / right.0;
        let denominator = right.0 + right.1 * ratio;
        Some(((left.0 + left.1 * ratio) / denominator, (left.1 - left.0 * ratio) / denominator))
    } else if right.1.abs() >= right.0.abs() {
        let ratio = right.0 / right.1;
        let denominator = right.0 * ratio + right.1;
        Some(((left.0 * ratio + left.1) / denominator, (left.1 * ratio - left.0) / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

/// `base ** exponent`: by multiplications for a small integer, else by angle and length.
pub(super) fn power(heap: &mut Heap, base: Parts, exponent: Parts) -> Outcome<Value> {
    /// Up to here an integer exponent is multiplied out.
    const MULTIPLIED: f64 = 100.0;
    let small = exponent.1 == 0.0 && exponent.0 == exponent.0.floor() && exponent.0.abs() <= MULTIPLIED;
    let result = if small { integer_power(base, exponent.0 as i32) } else { polar_power(base, exponent) };
    match result {
        None => Err(by_zero(heap, "0.0 to a negative or complex power")),
        Some((real, imaginary)) if real.is_infinite() || imaginary.is_infinite() => {
            Err(heap.raise(ExceptionKind::OverflowError, "complex exponentiation"))
        }
        Some((real, imaginary)) => Ok(Value::Complex(real, imaginary)),
    }
}

fn integer_power(base: Parts, exponent: i32) -> Option<Parts> {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result = product(result, square);
        }
        left >>= 1;
        square = product(square, square);
    }
    if exponent > 0 { Some(result) } else { quotient((1.0, 0.0), result) }
}

fn polar_power(base: Parts, exponent: Parts) -> Option<Parts> {
    if exponent == (0.0, 0.0) {
        return Some((1.0, 0.0));
    }
    if base == (0.0, 0.0) {
        return if exponent.1 != 0.0 || exponent.0 < 0.0 { None } else { Some((0.0, 0.0)) };
    }
    let length = base.0.hypot(base.1);
    let angle = base.1.atan2(base.0);
    let mut power = length.powf(exponent.0);
    let mut phase = angle * exponent.0;
    if exponent.1 != 0.0 {
        power /= (angle * exponent.1).exp();
        phase += exponent.1 * length.ln();
    }
    // An infinite angle has no sine, which CPython reports as it does a power of 0.
    (!phase.is_infinite()).then(|| (power * phase.cos(), power * phase.sin()))
}

/// `abs(number)`; none when it is too large for a floating-point number.
pub(super) fn absolute(number: Parts) -> Option<f64> {
    if number.0.is_infinite() || number.1.is_infinite() {
        return Some(f64::INFINITY);
    }
    let length = number.0.hypot(number.1);
    (!length.is_infinite()).then_some(length)
}
