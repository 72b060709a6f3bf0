//! Methods of numbers.

use num_bigint::{BigInt, BigUint};
use num_traits::FromPrimitive;

use crate::error::{ExceptionKind, Outcome};
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::operands::integer;

/// The distance of the object from zero.
fn magnitude(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<BigUint> {
    Ok(integer(machine, arguments.positional[0])?.into_parts().1)
}

/// `int.bit_length()`
pub(super) fn bit_length(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Int(magnitude(machine, arguments)?.bits() as i64))
}

/// `int.bit_count()`
pub(super) fn bit_count(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Int(magnitude(machine, arguments)?.count_ones() as i64))
}

/// `number.conjugate()`
pub(super) fn conjugate(_: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(match arguments.positional[0] {
        Value::Complex(real, imaginary) => Value::Complex(real, -imaginary),
        Value::Bool(truth) => Value::Int(truth.into()),
        number => number,
    })
}

/// `int.as_integer_ratio()`
pub(super) fn integer_ratio(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let numerator = conjugate(machine, arguments)?;
    Ok(machine.heap.tuple([numerator, Value::Int(1)]))
}

fn float(arguments: Arguments<'_>) -> f64 {
    match arguments.positional[0] {
        Value::Float(number) => number,
        _ => unreachable!("the object of the method has been checked"),
    }
}

/// `float.is_integer()`
pub(super) fn is_integer(_: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let number = float(arguments);
    Ok(Value::Bool(number.is_finite() && number.fract() == 0.0))
}

/// `float.as_integer_ratio()`: every number is an integer times a power of two.
pub(super) fn float_ratio(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let mut number = float(arguments);
    if number.is_nan() {
        return Err(machine.heap.value_error("cannot convert NaN to integer ratio"));
    }
    if number.is_infinite() {
        let text = "cannot convert Infinity to integer ratio";
        return Err(machine.heap.raise(ExceptionKind::OverflowError, text));
    }
    let mut halvings = 0_u32;
    while number.fract() != 0.0 {
        number *= 2.0;
        halvings += 1;
    }
    let numerator = BigInt::from_f64(number).unwrap_or_default();
    let numerator = machine.heap.integer(numerator);
    let denominator = machine.heap.integer(BigInt::from(1) << halvings);
    Ok(machine.heap.tuple([numerator, denominator]))
}
