//! Floating-point numbers. `%` of Rust is C's `fmod`, which is exact; `powf` is the C library's `pow`, so the last bit of a power
//! is that of the C library that the program is linked with.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Pow, ToPrimitive};

use super::division::by_zero;
use super::{complexes, integers};
use crate::bytecode::BinaryOperator;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::value::Value;

/// `left operator right`, or none where floating-point numbers have no such operator.
pub(super) fn binary(heap: &mut Heap, operator: BinaryOperator, left: f64, right: f64) -> Option<Outcome<Value>> {
    Some(match operator {
        BinaryOperator::Add => Ok(Value::Float(left + right)),
        BinaryOperator::Subtract => Ok(Value::Float(left - right)),
        BinaryOperator::Multiply => Ok(Value::Float(left * right)),
        BinaryOperator::TrueDivide if right == 0.0 => Err(by_zero(heap, "float division by zero")),
        BinaryOperator::TrueDivide => Ok(Value::Float(left / right)),
        BinaryOperator::FloorDivide if right == 0.0 => Err(by_zero(heap, "float floor division by zero")),
        BinaryOperator::FloorDivide => Ok(Value::Float(divide_modulo(left, right).0)),
        BinaryOperator::Modulo if right == 0.0 => Err(by_zero(heap, "float modulo")),
        BinaryOperator::Modulo => Ok(Value::Float(modulo(left, right))),
        BinaryOperator::Power => power(heap, left, right),
        BinaryOperator::LeftShift
        | BinaryOperator::RightShift
        | BinaryOperator::And
        | BinaryOperator::Or
        | BinaryOperator::Xor => return None,
    })
}

/// Whether there is such an operator.
pub(super) fn has(operator: BinaryOperator) -> bool {
    complexes::has(operator) || matches!(operator, BinaryOperator::FloorDivide | BinaryOperator::Modulo)
}

/// The remainder with the sign of the divisor, which is not 0.
#[inline]
pub(crate) fn modulo(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    if remainder == 0.0 {
        return 0.0_f64.copysign(right);
    }
    if (right < 0.0) != (remainder < 0.0) { remainder + right } else { remainder }
}

/// Quotient rounded down and remainder; the divisor is not 0.
pub(crate) fn divide_modulo(left: f64, right: f64) -> (f64, f64) {
    let mut remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(right);
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder += right;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(left / right), remainder);
    }
    // The quotient is within rounding of an integer, on either side.
    let whole = quotient.floor();
    (if quotient - whole > 0.5 { whole + 1.0 } else { whole }, remainder)
}

/// `base ** exponent`: a complex number for a negative base and an exponent with a fraction.
pub(super) fn power(heap: &mut Heap, base: f64, exponent: f64) -> Outcome<Value> {
    if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
        return Err(by_zero(heap, "0.0 cannot be raised to a negative power"));
    }
    let finite = base.is_finite() && exponent.is_finite();
    if finite && base < 0.0 && exponent != exponent.floor() {
        return complexes::power(heap, (base, 0.0), (exponent, 0.0));
    }
    // What C's function gives for infinities, zeros and what is not a number is what Python asks for.
    let result = base.powf(exponent);
    if finite && result.is_infinite() {
        return Err(out_of_range(heap));
    }
    Ok(Value::Float(result))
}

/// The error of the C library, as Python passes it on.
#[cold]
fn out_of_range(heap: &mut Heap) -> Raised {
    let text = heap.text("Numerical result out of range");
    heap.raise_with(ExceptionKind::OverflowError, vec![Value::Int(34), text])
}

/// The whole part as an integer: `int(number)`.
pub(super) fn truncated(heap: &mut Heap, number: f64) -> Outcome<Value> {
    if number.is_nan() {
        return Err(heap.value_error("cannot convert float NaN to integer"));
    }
    match BigInt::from_f64(number) {
        Some(whole) => Ok(heap.integer(whole)),
        None => Err(heap.raise(ExceptionKind::OverflowError, "cannot convert float infinity to integer")),
    }
}

/// `round(number, places)`, correctly rounded; exactly half way goes to the even digit.
pub(super) fn rounded(heap: &mut Heap, number: f64, places: i64) -> Outcome<Value> {
    /// With so many places every number is itself.
    const FINEST: i64 = 323;
    /// With fewer every number is nearer to 0.
    const COARSEST: i64 = -308;
    if !number.is_finite() || number == 0.0 || places > FINEST {
        return Ok(Value::Float(number));
    }
    if places < COARSEST {
        return Ok(Value::Float(0.0 * number));
    }
    if let Ok(places) = usize::try_from(places) {
        // The text is that of the exact value, correctly rounded, and so is the number that is read from it.
        let rounded = format!("{number:.places$}").parse::<f64>().unwrap_or(number);
        return Ok(Value::Float(rounded));
    }
    let whole = number.trunc();
    let unit: BigInt = Pow::pow(BigInt::from(10), places.unsigned_abs());
    let integer = BigInt::from_f64(whole).unwrap_or_default();
    // A fraction only matters where the whole part is half way; twice the number, made odd, tells it from that.
    let sign = if number < 0.0 { -1 } else { 1 };
    let twice: BigInt = integer * 4 + if whole == number { 0 } else { sign };
    let rounded = integers::nearest_quotient(&twice, &(&unit * 4)) * unit;
    let result = rounded.to_f64().unwrap_or(f64::INFINITY);
    if result.is_infinite() {
        return Err(heap.raise(ExceptionKind::OverflowError, "rounded value too large to represent"));
    }
    Ok(Value::Float(result.copysign(number)))
}
