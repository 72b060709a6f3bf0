//! Whether two values are equal: Python's `==`, which never fails but for values that are nested too deep.

use std::cmp::Ordering;

use super::reals::Real;
use super::set_like::{self, SetLike};
use crate::bytecode::Comparison;
use crate::heap::Heap;
use crate::objects::{Array, Numbers};
use crate::value::Value;

/// Two values are nested so deep that Python gives up comparing them (`RecursionError`); they may contain themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

/// How many comparisons may lie within one another: CPython's limit of 1000 calls, one of which is the module's.
pub(super) const DEPTH: usize = 999;

/// Whether two values are equal.
///
/// Values nested more than a thousand deep count as different. Only a key of a table can be compared without the error in Python,
/// and a caller that can raise it uses [`equal_within_limit`].
pub fn equal(heap: &Heap, left: Value, right: Value) -> bool {
    equal_within_limit(heap, left, right) == Ok(true)
}

/// Whether two values are equal.
///
/// # Errors
/// [`TooDeep`] when so many lists, tuples or dictionaries lie within one another that Python raises a `RecursionError`.
pub fn equal_within_limit(heap: &Heap, left: Value, right: Value) -> Result<bool, TooDeep> {
    equal_at(heap, left, right, 1)
}

/// Whether two elements of containers are the same or equal: a number that is not one (NaN) is found in the list it lies in.
pub(super) fn same_or_equal(heap: &Heap, left: Value, right: Value, depth: usize) -> Result<bool, TooDeep> {
    Ok(left.is_same(right) || equal_at(heap, left, right, depth)?)
}

/// As [`equal_within_limit`]; `depth` counts this comparison and those that it lies within.
pub(super) fn equal_at(heap: &Heap, left: Value, right: Value, depth: usize) -> Result<bool, TooDeep> {
    if depth > DEPTH {
        return Err(TooDeep);
    }
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::Complex(real, imaginary), other) | (other, Value::Complex(real, imaginary)) => {
            imaginary == 0.0 && Real::of(other).is_some_and(|other| other.is_float(real, heap))
        }
        (Value::Str(left), Value::Str(right)) => left == right || heap[left].as_str() == heap[right].as_str(),
        (Value::List(left), Value::List(right)) => rows_equal(heap, &heap[left], &heap[right], depth)?,
        (Value::Tuple(left), Value::Tuple(right)) => rows_equal(heap, &heap[left].0, &heap[right].0, depth)?,
        (Value::Range(left), Value::Range(right)) => {
            let (left, right) = (heap[left], heap[right]);
            let length = left.len();
            length == right.len()
                && (length == 0 || left.start == right.start && (length == 1 || left.step == right.step))
        }
        (Value::Slice(left), Value::Slice(right)) => {
            let (left, right) = (heap[left], heap[right]);
            let parts = |slice: crate::objects::Slice| [slice.start, slice.stop, slice.step];
            rows_equal(heap, &parts(left), &parts(right), depth)?
        }
        (Value::Array(left), Value::Array(right)) => left == right || arrays_equal(heap, &heap[left], &heap[right]),
        (Value::BoundMethod(left), Value::BoundMethod(right)) => {
            heap[left].function == heap[right].function && heap[left].object.is_same(heap[right].object)
        }
        (Value::BuiltinMethod(left), Value::BuiltinMethod(right)) => {
            heap[left].function == heap[right].function && heap[left].object.is_same(heap[right].object)
        }
        (Value::Dict(left), Value::Dict(right)) => set_like::dicts_equal(heap, left, right, depth + 1)?,
        (left, right) => {
            if let (Some(left), Some(right)) = (Real::of(left), Real::of(right)) {
                return Ok(left.order(right, heap) == Some(Ordering::Equal));
            }
            match (SetLike::of(heap, left), SetLike::of(heap, right)) {
                (Some(left), Some(right)) => set_like::compare(heap, Comparison::Equal, left, right, depth + 1)?,
                _ => left.is_same(right),
            }
        }
    })
}

/// Whether two rows of elements are as long and equal one by one.
fn rows_equal(heap: &Heap, left: &[Value], right: &[Value], depth: usize) -> Result<bool, TooDeep> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (&left, &right) in left.iter().zip(right) {
        if !same_or_equal(heap, left, right, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The element of an array as a value: one that needs more than 63 bits has no value without the heap, so it stays apart.
fn element(array: &Array, index: usize) -> Result<Real, u64> {
    match &array.numbers {
        Numbers::Integers(numbers) => Ok(Real::Int(numbers[index])),
        Numbers::Unsigned(numbers) => i64::try_from(numbers[index]).map(Real::Int).map_err(|_| numbers[index]),
        Numbers::Single(numbers) => Ok(Real::Float(numbers[index].into())),
        Numbers::Double(numbers) => Ok(Real::Float(numbers[index])),
    }
}

/// How many elements an array has.
pub(super) fn array_length(array: &Array) -> usize {
    match &array.numbers {
        Numbers::Integers(numbers) => numbers.len(),
        Numbers::Unsigned(numbers) => numbers.len(),
        Numbers::Single(numbers) => numbers.len(),
        Numbers::Double(numbers) => numbers.len(),
    }
}

/// The order of two elements of arrays; none when one is not a number.
pub(super) fn order_elements(heap: &Heap, left: &Array, right: &Array, index: usize) -> Option<Ordering> {
    match (element(left, index), element(right, index)) {
        (Ok(left), Ok(right)) => left.order(right, heap),
        (Err(left), Err(right)) => Some(left.cmp(&right)),
        (Err(left), Ok(Real::Float(right))) => order_unsigned(left, right),
        (Ok(Real::Float(left)), Err(right)) => order_unsigned(right, left).map(Ordering::reverse),
        (Err(_), Ok(_)) => Some(Ordering::Greater),
        (Ok(_), Err(_)) => Some(Ordering::Less),
    }
}

/// The order of an integer from 2^63 below 2^64 with a floating-point number.
fn order_unsigned(integer: u64, float: f64) -> Option<Ordering> {
    const ABOVE_UNSIGNED: f64 = 18_446_744_073_709_551_616.0;
    if float.is_nan() {
        return None;
    }
    if float >= ABOVE_UNSIGNED {
        return Some(Ordering::Less);
    }
    // From 2^63 on a floating-point number has no fraction, and one below is less whatever its fraction.
    Some(integer.cmp(&(float as u64)))
}

fn arrays_equal(heap: &Heap, left: &Array, right: &Array) -> bool {
    let length = array_length(left);
    length == array_length(right)
        && (0..length).all(|index| order_elements(heap, left, right, index) == Some(Ordering::Equal))
}
