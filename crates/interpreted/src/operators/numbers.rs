//! Numbers of mixed types: an operation is done in the wider of two types, `bool` < `int` < `float` < `complex`.

use super::integers::{self, Integer};
use super::{complexes, division, floats, time};
use crate::bytecode::{BinaryOperator, UnaryOperator};
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::value::Value;

/// A number of one of the three types that compute.
#[derive(Clone, Copy, Debug)]
enum Number {
    Integer(Integer),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    fn of(value: Value) -> Option<Number> {
        match value {
            Value::Float(number) => Some(Number::Float(number)),
            Value::Complex(real, imaginary) => Some(Number::Complex(real, imaginary)),
            value => Integer::of(value).map(Number::Integer),
        }
    }

    fn parts(self, heap: &mut Heap) -> Outcome<complexes::Parts> {
        match self {
            Number::Integer(number) => Ok((number.to_float(heap)?, 0.0)),
            Number::Float(number) => Ok((number, 0.0)),
            Number::Complex(real, imaginary) => Ok((real, imaginary)),
        }
    }
}

/// `left operator right` where both are numbers that have this operator.
pub(super) fn binary(heap: &mut Heap, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Option<Value>> {
    if let (Value::Bool(left), Value::Bool(right)) = (left, right) {
        match operator {
            BinaryOperator::And => return Ok(Some(Value::Bool(left & right))),
            BinaryOperator::Or => return Ok(Some(Value::Bool(left | right))),
            BinaryOperator::Xor => return Ok(Some(Value::Bool(left ^ right))),
            _ => {}
        }
    }
    let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) else { return Ok(None) };
    match (left, right) {
        (Number::Integer(left), Number::Integer(right)) => integers::binary(heap, operator, left, right).map(Some),
        (Number::Complex(..), _) | (_, Number::Complex(..)) => {
            if !complexes::has(operator) {
                return Ok(None);
            }
            let (left, right) = (left.parts(heap)?, right.parts(heap)?);
            complexes::binary(heap, operator, left, right).transpose()
        }
        (left, right) => {
            if !floats::has(operator) {
                return Ok(None);
            }
            let (left, right) = (left.parts(heap)?.0, right.parts(heap)?.0);
            floats::binary(heap, operator, left, right).transpose()
        }
    }
}

/// `operator number`, where the value has that operator.
pub(super) fn unary(heap: &mut Heap, operator: UnaryOperator, value: Value) -> Option<Value> {
    Some(match (operator, Number::of(value)?) {
        (UnaryOperator::Negative, Number::Integer(number)) => integers::negative(heap, number),
        (UnaryOperator::Positive, Number::Integer(number)) => number.value(),
        (UnaryOperator::Invert, Number::Integer(number)) => integers::inverted(heap, number),
        (UnaryOperator::Negative, Number::Float(number)) => Value::Float(-number),
        (UnaryOperator::Negative, Number::Complex(real, imaginary)) => Value::Complex(-real, -imaginary),
        (UnaryOperator::Positive, Number::Float(_) | Number::Complex(..)) => value,
        (UnaryOperator::Invert, Number::Float(_) | Number::Complex(..)) => return None,
    })
}

/// `divmod(left, right)`: the quotient and the remainder.
///
/// # Errors
/// A `TypeError` for what is no real number, a `ZeroDivisionError`.
pub(super) fn divide_modulo(heap: &mut Heap, left: Value, right: Value) -> Outcome<(Value, Value)> {
    match (Number::of(left), Number::of(right)) {
        (Some(Number::Integer(left)), Some(Number::Integer(right))) => {
            integers::divide_modulo(heap, left, right, "integer division or modulo by zero")
        }
        (
            Some(one @ (Number::Integer(_) | Number::Float(_))),
            Some(other @ (Number::Integer(_) | Number::Float(_))),
        ) => {
            let (left, right) = (one.parts(heap)?.0, other.parts(heap)?.0);
            if right == 0.0 {
                return Err(division::by_zero(heap, "float divmod()"));
            }
            let (quotient, remainder) = floats::divide_modulo(left, right);
            Ok((Value::Float(quotient), Value::Float(remainder)))
        }
        _ => match (left, right) {
            (Value::TimeDelta(left), Value::TimeDelta(right)) => time::divide_modulo(heap, left, right),
            (left, right) => Err(super::unsupported(heap, "divmod()", left, right)),
        },
    }
}

/// `pow(base, exponent, modulus)`.
///
/// # Errors
/// A `TypeError` for what is no integer, a `ValueError` for a modulus 0 and for a base without an inverse.
pub fn power_modulo(heap: &mut Heap, base: Value, exponent: Value, modulus: Value) -> Outcome<Value> {
    let all = [base, exponent, modulus];
    if let [Some(base), Some(exponent), Some(modulus)] = all.map(Integer::of) {
        return integers::power_modulo(heap, base, exponent, modulus);
    }
    for value in all {
        match value {
            Value::Float(_) => {
                return Err(heap.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
            }
            Value::Complex(..) if Number::of(base).is_some() && Number::of(exponent).is_some() => {
                return Err(heap.value_error("complex modulo"));
            }
            _ => {}
        }
    }
    let [base, exponent, modulus] = all.map(|value| type_name(heap, value));
    Err(heap.type_error(format!("unsupported operand type(s) for ** or pow(): '{base}', '{exponent}', '{modulus}'")))
}

/// `abs(value)`. The length of a complex number is the C library's `hypot`.
///
/// # Errors
/// A `TypeError` for what has no absolute value, an `OverflowError` for a complex number whose length is too large.
pub fn absolute(heap: &mut Heap, value: Value) -> Outcome<Value> {
    match (Number::of(value), value) {
        (Some(Number::Integer(number)), _) => Ok(integers::absolute(heap, number)),
        (Some(Number::Float(number)), _) => Ok(Value::Float(number.abs())),
        (Some(Number::Complex(real, imaginary)), _) => match complexes::absolute((real, imaginary)) {
            Some(length) => Ok(Value::Float(length)),
            None => Err(heap.raise(ExceptionKind::OverflowError, "absolute value too large")),
        },
        (None, Value::TimeDelta(microseconds)) => Ok(Value::TimeDelta(microseconds.abs())),
        (None, value) => {
            let name = type_name(heap, value);
            Err(heap.type_error(format!("bad operand type for abs(): '{name}'")))
        }
    }
}

/// `round(value)`, `round(value, places)`; half way goes to the even digit.
///
/// # Errors
/// A `TypeError` for what cannot be rounded, and what a number that is none or is infinite raises.
pub fn rounded(heap: &mut Heap, value: Value, places: Option<Value>) -> Outcome<Value> {
    let places = places.filter(|places| !matches!(places, Value::None));
    let number = match Number::of(value) {
        None | Some(Number::Complex(..)) => {
            let name = type_name(heap, value);
            return Err(heap.type_error(format!("type {name} doesn't define __round__ method")));
        }
        Some(number) => number,
    };
    let Some(places) = places else {
        return match number {
            Number::Float(number) => floats::truncated(heap, number.round_ties_even()),
            Number::Integer(number) => Ok(number.value()),
            Number::Complex(..) => Ok(value),
        };
    };
    let Some(places) = Integer::of(places) else {
        let name = type_name(heap, places);
        return Err(heap.type_error(format!("'{name}' object cannot be interpreted as an integer")));
    };
    let places = places.clamped(heap);
    match number {
        Number::Integer(number) if places < 0 => Ok(integers::rounded_to_tens(heap, number, places.unsigned_abs())),
        Number::Integer(number) => Ok(number.value()),
        Number::Float(number) => floats::rounded(heap, number, places),
        Number::Complex(..) => Ok(value),
    }
}

/// `int(number)`: the whole part of a floating-point number.
///
/// # Errors
/// A `ValueError` for what is not a number, an `OverflowError` for infinity.
pub fn truncated(heap: &mut Heap, number: f64) -> Outcome<Value> {
    floats::truncated(heap, number)
}

/// The floating-point number nearest to an integer or a floating-point number; none for other values.
///
/// # Errors
/// An `OverflowError` for an integer that is too large.
pub fn to_float(heap: &mut Heap, value: Value) -> Outcome<Option<f64>> {
    match Number::of(value) {
        Some(number @ (Number::Integer(_) | Number::Float(_))) => Ok(Some(number.parts(heap)?.0)),
        _ => Ok(None),
    }
}
