//! The pairs of operands that a program computes with all the time, done where the interpreter's loop calls these functions.

use super::integers::small_divide_modulo;
use super::{binary, complexes, floats};
use crate::bytecode::BinaryOperator;
use crate::error::Outcome;
use crate::state::Machine;
use crate::value::Value;

/// `left + right`.
///
/// # Errors
/// As for [`binary`].
#[inline]
pub fn add(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Int(one), Value::Int(other)) => {
            if let Some(sum) = one.checked_add(other) {
                return Ok(Value::Int(sum));
            }
        }
        (Value::Float(one), Value::Float(other)) => return Ok(Value::Float(one + other)),
        (Value::Complex(a, b), Value::Complex(c, d)) => return Ok(Value::Complex(a + c, b + d)),
        (Value::Float(one), Value::Int(other)) => return Ok(Value::Float(one + other as f64)),
        (Value::Int(one), Value::Float(other)) => return Ok(Value::Float(one as f64 + other)),
        _ => {}
    }
    binary(machine, BinaryOperator::Add, left, right)
}

/// `left - right`.
///
/// # Errors
/// As for [`binary`].
#[inline]
pub fn subtract(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Int(one), Value::Int(other)) => {
            if let Some(difference) = one.checked_sub(other) {
                return Ok(Value::Int(difference));
            }
        }
        (Value::Float(one), Value::Float(other)) => return Ok(Value::Float(one - other)),
        (Value::Complex(a, b), Value::Complex(c, d)) => return Ok(Value::Complex(a - c, b - d)),
        (Value::Float(one), Value::Int(other)) => return Ok(Value::Float(one - other as f64)),
        (Value::Int(one), Value::Float(other)) => return Ok(Value::Float(one as f64 - other)),
        _ => {}
    }
    binary(machine, BinaryOperator::Subtract, left, right)
}

/// `left * right`.
///
/// # Errors
/// As for [`binary`].
#[inline]
pub fn multiply(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Int(one), Value::Int(other)) => {
            if let Some(product) = one.checked_mul(other) {
                return Ok(Value::Int(product));
            }
        }
        (Value::Float(one), Value::Float(other)) => return Ok(Value::Float(one * other)),
        (Value::Complex(a, b), Value::Complex(c, d)) => {
            let (real, imaginary) = complexes::product((a, b), (c, d));
            return Ok(Value::Complex(real, imaginary));
        }
        (Value::Float(one), Value::Int(other)) => return Ok(Value::Float(one * other as f64)),
        (Value::Int(one), Value::Float(other)) => return Ok(Value::Float(one as f64 * other)),
        _ => {}
    }
    binary(machine, BinaryOperator::Multiply, left, right)
}

/// `left / right`.
///
/// # Errors
/// As for [`binary`].
#[inline]
pub fn true_divide(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Float(one), Value::Float(other)) if other != 0.0 => Ok(Value::Float(one / other)),
        (Value::Float(one), Value::Int(other)) if other != 0 => Ok(Value::Float(one / other as f64)),
        (Value::Int(one), Value::Float(other)) if other != 0.0 => Ok(Value::Float(one as f64 / other)),
        _ => binary(machine, BinaryOperator::TrueDivide, left, right),
    }
}

/// `left // right`.
///
/// # Errors
/// As for [`binary`].
#[inline]
pub fn floor_divide(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    if let (Value::Int(one), Value::Int(other)) = (left, right)
        && let Some((quotient, _)) = small_divide_modulo(one, other)
    {
        return Ok(Value::Int(quotient));
    }
    binary(machine, BinaryOperator::FloorDivide, left, right)
}

/// `left % right`.
///
/// # Errors
/// As for [`binary`].
#[inline]
pub fn modulo(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Int(one), Value::Int(other)) => {
            if let Some((_, remainder)) = small_divide_modulo(one, other) {
                return Ok(Value::Int(remainder));
            }
        }
        (Value::Float(one), Value::Float(other)) if other != 0.0 => {
            return Ok(Value::Float(floats::modulo(one, other)));
        }
        _ => {}
    }
    binary(machine, BinaryOperator::Modulo, left, right)
}

/// `container[index]`.
///
/// # Errors
/// As for [`super::subscript`].
#[inline]
pub fn item(machine: &mut Machine, container: Value, index: Value) -> Outcome<Value> {
    match (container, index) {
        (Value::List(list), Value::Int(place)) => {
            if let Some(&item) = usize::try_from(place).ok().and_then(|place| machine.heap[list].get(place)) {
                return Ok(item);
            }
        }
        (Value::Tuple(tuple), Value::Int(place)) => {
            if let Some(&item) = usize::try_from(place).ok().and_then(|place| machine.heap[tuple].0.get(place)) {
                return Ok(item);
            }
        }
        _ => {}
    }
    super::subscript(machine, container, index)
}
