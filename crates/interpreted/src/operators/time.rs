//! Points in time and differences of them, in microseconds.
//!
//! A difference has 64 bits here, which is 292 thousand years. CPython allows more, a thousand million days: what lies between is
//! refused with the error that CPython has for what is beyond its own limit.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Zero};

use super::integers::{self, Integer};
use crate::bytecode::BinaryOperator;
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::value::Value;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// The first microsecond of the year 1.
const FIRST: i64 = -719_162 * DAY;
/// The last microsecond of the year 9999.
const LAST: i64 = 2_932_897 * DAY - 1;

/// `left operator right` where one is a point in time or a difference and there is such an operator.
pub(super) fn binary(heap: &mut Heap, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Option<Value>> {
    let result = match (operator, left, right) {
        (BinaryOperator::Subtract, Value::DateTime(left), Value::DateTime(right)) => Value::TimeDelta(left - right),
        (BinaryOperator::Add, Value::DateTime(point), Value::TimeDelta(difference))
        | (BinaryOperator::Add, Value::TimeDelta(difference), Value::DateTime(point)) => {
            moved(heap, point, i128::from(difference))?
        }
        (BinaryOperator::Subtract, Value::DateTime(point), Value::TimeDelta(difference)) => {
            moved(heap, point, -i128::from(difference))?
        }
        (BinaryOperator::Add, Value::TimeDelta(left), Value::TimeDelta(right)) => {
            difference(heap, &(BigInt::from(left) + right))?
        }
        (BinaryOperator::Subtract, Value::TimeDelta(left), Value::TimeDelta(right)) => {
            difference(heap, &(BigInt::from(left) - right))?
        }
        (
            BinaryOperator::TrueDivide | BinaryOperator::FloorDivide | BinaryOperator::Modulo,
            Value::TimeDelta(left),
            Value::TimeDelta(right),
        ) => {
            let quotient = integers::binary(heap, operator, Integer::Small(left), Integer::Small(right))?;
            match (operator, quotient) {
                (BinaryOperator::Modulo, Value::Int(rest)) => Value::TimeDelta(rest),
                (_, quotient) => quotient,
            }
        }
        (BinaryOperator::Multiply, Value::TimeDelta(difference), factor)
        | (BinaryOperator::Multiply, factor, Value::TimeDelta(difference)) => {
            return multiplied(heap, difference, factor);
        }
        (BinaryOperator::TrueDivide, Value::TimeDelta(difference), divisor) => {
            return divided(heap, difference, divisor);
        }
        (BinaryOperator::FloorDivide, Value::TimeDelta(left), divisor) => {
            let Some(divisor) = Integer::of(divisor) else { return Ok(None) };
            if divisor.is_zero() {
                return Err(by_zero(heap));
            }
            let quotient = integers::floor_divide(&left.into(), &divisor.big(heap)).0;
            difference(heap, &quotient)?
        }
        _ => return Ok(None),
    };
    Ok(Some(result))
}

/// `divmod` of two differences.
pub(super) fn divide_modulo(heap: &mut Heap, left: i64, right: i64) -> Outcome<(Value, Value)> {
    let (left, right) = (Integer::Small(left), Integer::Small(right));
    let (quotient, rest) = integers::divide_modulo(heap, left, right, "integer division or modulo by zero")?;
    let rest = if let Value::Int(rest) = rest { Value::TimeDelta(rest) } else { rest };
    Ok((quotient, rest))
}

/// `-difference`.
pub(super) fn negative(heap: &mut Heap, microseconds: i64) -> Outcome<Value> {
    difference(heap, &-BigInt::from(microseconds))
}

fn moved(heap: &mut Heap, point: i64, by: i128) -> Outcome<Value> {
    match i64::try_from(i128::from(point) + by) {
        Ok(moved) if (FIRST..=LAST).contains(&moved) => Ok(Value::DateTime(moved)),
        _ => Err(heap.raise(ExceptionKind::OverflowError, "date value out of range")),
    }
}

/// A difference of so many microseconds.
fn difference(heap: &mut Heap, microseconds: &BigInt) -> Outcome<Value> {
    if let Ok(microseconds) = i64::try_from(microseconds) {
        return Ok(Value::TimeDelta(microseconds));
    }
    let days = integers::floor_divide(microseconds, &DAY.into()).0;
    let text = match i32::try_from(&days) {
        Ok(days) => format!("days={days}; must have magnitude <= 999999999"),
        Err(_) => "Python int too large to convert to C int".to_owned(),
    };
    Err(heap.raise(ExceptionKind::OverflowError, text))
}

fn by_zero(heap: &mut Heap) -> crate::error::Raised {
    heap.raise(ExceptionKind::ZeroDivisionError, "integer division or modulo by zero")
}

fn multiplied(heap: &mut Heap, microseconds: i64, factor: Value) -> Outcome<Option<Value>> {
    let product = match factor {
        Value::Float(factor) => {
            let (above, below) = ratio(heap, factor)?;
            integers::nearest_quotient(&(above * microseconds), &below)
        }
        factor => match Integer::of(factor) {
            Some(factor) => factor.big(heap).as_ref() * microseconds,
            None => return Ok(None),
        },
    };
    difference(heap, &product).map(Some)
}

fn divided(heap: &mut Heap, microseconds: i64, divisor: Value) -> Outcome<Option<Value>> {
    let (mut above, mut below) = match divisor {
        Value::Float(divisor) => {
            let (above, below) = ratio(heap, divisor)?;
            (below * microseconds, above)
        }
        divisor => match Integer::of(divisor) {
            Some(divisor) => (BigInt::from(microseconds), divisor.big(heap).into_owned()),
            None => return Ok(None),
        },
    };
    if below.is_zero() {
        return Err(by_zero(heap));
    }
    if below < BigInt::ZERO {
        (above, below) = (-above, -below);
    }
    difference(heap, &integers::nearest_quotient(&above, &below)).map(Some)
}

/// A floating-point number as a quotient of two integers, the second a power of 2.
fn ratio(heap: &mut Heap, number: f64) -> Outcome<(BigInt, BigInt)> {
    if number.is_nan() {
        return Err(heap.value_error("cannot convert NaN to integer ratio"));
    }
    if number.is_infinite() {
        return Err(heap.raise(ExceptionKind::OverflowError, "cannot convert Infinity to integer ratio"));
    }
    // Doubling changes the exponent alone, so it is exact; after at most 1074 times no fraction is left.
    let mut below = BigInt::from(1);
    let mut above = number;
    while above.fract() != 0.0 {
        above *= 2.0;
        below <<= 1;
    }
    Ok((BigInt::from_f64(above).unwrap_or_default(), below))
}

/// A difference in seconds: `difference.total_seconds()`.
pub fn total_seconds(microseconds: i64) -> f64 {
    integers::true_quotient(&microseconds.into(), &1_000_000.into()).unwrap_or(f64::INFINITY)
}
