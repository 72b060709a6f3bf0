//! What Python's operators mean, for every pair of types.
//!
//! The interpreter's loop calls the small functions of `quick`, which do the common pairs of numbers where they are called and
//! leave all else to [`binary`], [`compare`] and the others here.

mod arrays;
mod complexes;
mod division;
pub(crate) mod equality;
pub(crate) mod floats;
mod integers;
mod numbers;
mod order;
mod parse;
mod quick;
mod reals;
mod room;
mod sequences;
mod set_like;
mod sets;
mod slices;
mod subscript;
#[cfg(test)]
mod tests;
mod time;

use crate::bytecode::{BinaryOperator, UnaryOperator};
use crate::describe::type_name;
use crate::error::{Outcome, Raised};
use crate::heap::Heap;
use crate::state::Machine;
use crate::text;
use crate::value::Value;

pub use arrays::array_push;
pub use equality::{TooDeep, equal, equal_within_limit};
pub use numbers::{absolute, power_modulo, rounded, to_float, truncated};
pub use order::{compare, compare_any, contains, same_or_equal_elements};
pub use parse::{parse_complex, parse_float, parse_integer};
pub use quick::{add, floor_divide, item, modulo, multiply, subtract, true_divide};
pub use room::require as require_memory;
pub use sequences::{length, truth};
pub use sets::update_dict;
pub use slices::extend;
pub use subscript::{delete_subscript, store_subscript, subscript};
pub use time::total_seconds;

/// `left operator right`.
///
/// # Errors
/// Python's, for operands that have no such operator and for values that an operator refuses.
#[cold]
#[inline(never)]
pub fn binary(machine: &mut Machine, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Value> {
    match binary_of_types(machine, operator, left, right)? {
        Some(result) => Ok(result),
        None => {
            let sign = if operator == BinaryOperator::Power { "** or pow()" } else { operator.sign() };
            Err(unsupported(&mut machine.heap, sign, left, right))
        }
    }
}

/// `left operator= right`: lists, sets, dictionaries and arrays are changed in place, all else is as in [`binary`].
///
/// # Errors
/// As for [`binary`].
#[cold]
#[inline(never)]
pub fn in_place(machine: &mut Machine, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Value> {
    match (operator, left) {
        (BinaryOperator::Add, Value::List(list)) => {
            slices::extend(machine, list, right)?;
            return Ok(left);
        }
        (BinaryOperator::Add, Value::Array(array)) => {
            sequences::extend_array(&mut machine.heap, array, right)?;
            return Ok(left);
        }
        (BinaryOperator::Multiply, Value::List(_) | Value::Array(_)) => {
            if let Some(result) = sequences::repeat_in_place(&mut machine.heap, left, right)? {
                return Ok(result);
            }
        }
        (_, Value::Set(_) | Value::Dict(_)) => {
            if let Some(result) = sets::in_place(machine, operator, left, right)? {
                return Ok(result);
            }
        }
        _ => {}
    }
    // A type with functions of a sequence that cannot be repeated keeps CPython from asking the other operand in place.
    let heap = &machine.heap;
    let asked =
        operator != BinaryOperator::Multiply || sequences::is_sequence(left) || !sequences::has_functions(heap, left);
    let result = if asked { binary_of_types(machine, operator, left, right)? } else { None };
    result.ok_or_else(|| unsupported(&mut machine.heap, &format!("{}=", operator.sign()), left, right))
}

/// The result where one of the types has the operator.
fn binary_of_types(
    machine: &mut Machine,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Outcome<Option<Value>> {
    if let (BinaryOperator::Modulo, Value::Str(format)) = (operator, left) {
        return text::percent(machine, format, right).map(Some);
    }
    let heap = &mut machine.heap;
    if let Some(result) = numbers::binary(heap, operator, left, right)? {
        return Ok(Some(result));
    }
    if let Some(result) = time::binary(heap, operator, left, right)? {
        return Ok(Some(result));
    }
    if let Some(result) = sequences::binary(heap, operator, left, right)? {
        return Ok(Some(result));
    }
    sets::binary(machine, operator, left, right)
}

/// The `TypeError` for two operands that have no such operator.
#[cold]
fn unsupported(heap: &mut Heap, sign: &str, left: Value, right: Value) -> Raised {
    let (left, right) = (type_name(heap, left), type_name(heap, right));
    heap.type_error(format!("unsupported operand type(s) for {sign}: '{left}' and '{right}'"))
}

/// `operator value`.
///
/// # Errors
/// A `TypeError` for a value without such an operator.
pub fn unary(machine: &mut Machine, operator: UnaryOperator, value: Value) -> Outcome<Value> {
    let heap = &mut machine.heap;
    if let Some(result) = numbers::unary(heap, operator, value) {
        return Ok(result);
    }
    match (operator, value) {
        (UnaryOperator::Negative, Value::TimeDelta(microseconds)) => time::negative(heap, microseconds),
        (UnaryOperator::Positive, Value::TimeDelta(_)) => Ok(value),
        (operator, value) => {
            let sign = match operator {
                UnaryOperator::Negative => '-',
                UnaryOperator::Positive => '+',
                UnaryOperator::Invert => '~',
            };
            let name = type_name(heap, value);
            Err(heap.type_error(format!("bad operand type for unary {sign}: '{name}'")))
        }
    }
}

/// `divmod(left, right)`: a tuple of the quotient, rounded down, and the remainder.
///
/// # Errors
/// A `TypeError` for operands that cannot be divided so, a `ZeroDivisionError`.
pub fn divide_modulo(machine: &mut Machine, left: Value, right: Value) -> Outcome<Value> {
    let (quotient, remainder) = numbers::divide_modulo(&mut machine.heap, left, right)?;
    Ok(machine.heap.tuple([quotient, remainder]))
}

/// `pow(base, exponent)`, `pow(base, exponent, modulus)`.
///
/// # Errors
/// As for `**`; with a modulus also a `ValueError` for a modulus 0 and for a base without an inverse.
pub fn power(machine: &mut Machine, base: Value, exponent: Value, modulus: Option<Value>) -> Outcome<Value> {
    match modulus.filter(|modulus| !matches!(modulus, Value::None)) {
        None => binary(machine, BinaryOperator::Power, base, exponent),
        Some(modulus) => power_modulo(&mut machine.heap, base, exponent, modulus),
    }
}
