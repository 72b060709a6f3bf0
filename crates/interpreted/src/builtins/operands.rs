//! Arguments as Rust's types: indices, strings, truth values.

use num_bigint::{BigInt, Sign};

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::state::Machine;
use crate::value::Value;

/// `'str' object cannot be interpreted as an integer`
pub(super) fn no_integer(heap: &mut Heap, value: Value) -> Raised {
    let name = type_name(heap, value);
    heap.type_error(format!("'{name}' object cannot be interpreted as an integer"))
}

/// An argument that has to be an integer, of any size.
pub(super) fn integer(machine: &mut Machine, value: Value) -> Outcome<BigInt> {
    Ok(match value {
        Value::Int(number) => number.into(),
        Value::Bool(truth) => u8::from(truth).into(),
        Value::Big(number) => machine.heap[number].clone(),
        _ => return Err(no_integer(&mut machine.heap, value)),
    })
}

/// An argument that has to be an integer of at most 64 bits.
pub fn index_argument(machine: &mut Machine, value: Value) -> Outcome<i64> {
    match value {
        Value::Int(number) => Ok(number),
        Value::Bool(truth) => Ok(truth.into()),
        Value::Big(_) => {
            Err(machine.heap.raise(ExceptionKind::OverflowError, "Python int too large to convert to C ssize_t"))
        }
        _ => Err(no_integer(&mut machine.heap, value)),
    }
}

/// An argument that has to be an integer of 32 bits, where CPython reads a C `int`.
pub(super) fn small_argument(machine: &mut Machine, value: Value) -> Outcome<i32> {
    let number = match value {
        Value::Big(_) => None,
        value => i32::try_from(index_argument(machine, value)?).ok(),
    };
    let text = "Python int too large to convert to C int";
    number.ok_or_else(|| machine.heap.raise(ExceptionKind::OverflowError, text))
}

/// A bound of a slice of something with `length` elements; `missing` where it is left out. What lies outside is cut off.
pub fn slice_bound(machine: &mut Machine, value: Value, length: usize, missing: usize) -> Outcome<usize> {
    let number = match value {
        Value::Unbound | Value::None => return Ok(missing),
        Value::Int(number) => number,
        Value::Bool(truth) => truth.into(),
        Value::Big(number) if machine.heap[number].sign() == Sign::Minus => i64::MIN,
        Value::Big(_) => i64::MAX,
        _ => {
            let text = "slice indices must be integers or None or have an __index__ method";
            return Err(machine.heap.type_error(text));
        }
    };
    Ok(if number < 0 {
        length.saturating_sub(usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX))
    } else {
        usize::try_from(number).unwrap_or(usize::MAX)
    })
}

/// A bound of a search that may be left out, but not be `None`.
pub(super) fn search_bound(machine: &mut Machine, value: Value, length: usize, missing: usize) -> Outcome<usize> {
    match value {
        Value::Unbound => Ok(missing),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => slice_bound(machine, value, length, missing),
        _ => Err(machine.heap.type_error("slice indices must be integers or have an __index__ method")),
    }
}
