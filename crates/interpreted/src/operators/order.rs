//! Comparisons: `<`, `<=`, `==`, `!=`, `>`, `>=`, and `in`.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::equality::{DEPTH, TooDeep, array_length, equal_at, order_elements, same_or_equal};
use super::reals::Real;
use super::set_like::{self, SetLike};
use super::sets;
use crate::bytecode::Comparison;
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::iteration;
use crate::objects::{Array, Range};
use crate::state::Machine;
use crate::value::Value;

/// Why two values could not be compared.
#[derive(Clone, Copy, Debug)]
enum Failure {
    /// They are nested too deep.
    TooDeep,
    /// These two have no order: the values themselves, or the first elements in which they differ.
    Unordered(Value, Value),
}

impl From<TooDeep> for Failure {
    fn from(_: TooDeep) -> Failure {
        Failure::TooDeep
    }
}

/// `left comparison right`: for numbers of one type here, for all else in [`compare_any`].
///
/// # Errors
/// A `TypeError` for values without an order, a `RecursionError` for values that are nested too deep.
#[inline]
pub fn compare(machine: &mut Machine, comparison: Comparison, left: Value, right: Value) -> Outcome<bool> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Ok(holds(comparison, left.cmp(&right))),
        (Value::Float(left), Value::Float(right)) => Ok(holds_for(comparison, left.partial_cmp(&right))),
        _ => compare_any(machine, comparison, left, right),
    }
}

/// Whether a comparison holds for two values in this order.
#[inline]
fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterEqual => order.is_ge(),
    }
}

/// As [`holds`]; of two numbers of which one is not a number, only `!=` holds.
#[inline]
fn holds_for(comparison: Comparison, order: Option<Ordering>) -> bool {
    order.map_or(comparison == Comparison::NotEqual, |order| holds(comparison, order))
}

/// `left comparison right` for any values.
///
/// # Errors
/// As for [`compare`].
#[cold]
#[inline(never)]
pub fn compare_any(machine: &mut Machine, comparison: Comparison, left: Value, right: Value) -> Outcome<bool> {
    compare_at(&machine.heap, comparison, left, right, 1)
        .map_err(|failure| raised(&mut machine.heap, comparison, failure))
}

#[cold]
fn raised(heap: &mut Heap, comparison: Comparison, failure: Failure) -> Raised {
    match failure {
        Failure::TooDeep => too_deep(heap),
        Failure::Unordered(left, right) => {
            let (left, right) = (type_name(heap, left), type_name(heap, right));
            let sign = comparison.sign();
            heap.type_error(format!("'{sign}' not supported between instances of '{left}' and '{right}'"))
        }
    }
}

/// The error for values that are nested too deep.
#[cold]
pub(super) fn too_deep(heap: &mut Heap) -> Raised {
    heap.raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded in comparison")
}

/// What a comparison gives, its failure raised.
pub(super) fn outcome<T>(heap: &mut Heap, compare: impl FnOnce(&Heap) -> Result<T, TooDeep>) -> Outcome<T> {
    compare(heap).map_err(|TooDeep| too_deep(heap))
}

/// Whether two elements of containers are the same or equal, as `list.index`, `list.count` and `in` ask.
///
/// # Errors
/// A `RecursionError` for values that are nested too deep.
pub fn same_or_equal_elements(heap: &mut Heap, left: Value, right: Value) -> Outcome<bool> {
    outcome(heap, |heap| same_or_equal(heap, left, right, 1))
}

fn compare_at(heap: &Heap, comparison: Comparison, left: Value, right: Value, depth: usize) -> Result<bool, Failure> {
    match comparison {
        Comparison::Equal => return Ok(equal_at(heap, left, right, depth)?),
        Comparison::NotEqual => return Ok(!equal_at(heap, left, right, depth)?),
        _ if depth > DEPTH => return Err(Failure::TooDeep),
        _ => {}
    }
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Ok(holds(comparison, heap[left].as_str().cmp(heap[right].as_str()))),
        (Value::List(left), Value::List(right)) => rows(heap, comparison, &heap[left], &heap[right], depth),
        (Value::Tuple(left), Value::Tuple(right)) => rows(heap, comparison, &heap[left].0, &heap[right].0, depth),
        (Value::DateTime(left), Value::DateTime(right)) | (Value::TimeDelta(left), Value::TimeDelta(right)) => {
            Ok(holds(comparison, left.cmp(&right)))
        }
        (Value::Array(left), Value::Array(right)) => Ok(arrays(heap, comparison, &heap[left], &heap[right])),
        (Value::Slice(left), Value::Slice(right)) => {
            let (left, right) = (heap[left], heap[right]);
            let (left, right) = ([left.start, left.stop, left.step], [right.start, right.stop, right.step]);
            rows(heap, comparison, &left, &right, depth)
        }
        (left, right) => {
            if let (Some(left), Some(right)) = (Real::of(left), Real::of(right)) {
                return Ok(holds_for(comparison, left.order(right, heap)));
            }
            if let (Some(left), Some(right)) = (SetLike::of(heap, left), SetLike::of(heap, right)) {
                return Ok(set_like::compare(heap, comparison, left, right, depth)?);
            }
            Err(Failure::Unordered(left, right))
        }
    }
}

/// Rows of elements are ordered as their first elements that differ, and without such as their lengths.
fn rows(heap: &Heap, comparison: Comparison, left: &[Value], right: &[Value], depth: usize) -> Result<bool, Failure> {
    for (&one, &other) in left.iter().zip(right) {
        if !same_or_equal(heap, one, other, depth + 1)? {
            return compare_at(heap, comparison, one, other, depth + 1);
        }
    }
    Ok(holds(comparison, left.len().cmp(&right.len())))
}

fn arrays(heap: &Heap, comparison: Comparison, left: &Array, right: &Array) -> bool {
    let (left_length, right_length) = (array_length(left), array_length(right));
    for index in 0..left_length.min(right_length) {
        let order = order_elements(heap, left, right, index);
        if order != Some(Ordering::Equal) {
            return holds_for(comparison, order);
        }
    }
    holds(comparison, left_length.cmp(&right_length))
}

/// `item in container`.
///
/// # Errors
/// A `TypeError` for what is no container, for a key without a hash and for anything but a string in a string.
pub fn contains(machine: &mut Machine, item: Value, container: Value) -> Outcome<bool> {
    let heap = &mut machine.heap;
    match container {
        Value::List(list) => outcome(heap, |heap| any(heap, item, &heap[list])),
        Value::Tuple(tuple) => outcome(heap, |heap| any(heap, item, &heap[tuple].0)),
        Value::Str(text) => match item {
            Value::Str(item) => Ok(heap[text].as_str().contains(heap[item].as_str())),
            item => {
                let name = type_name(heap, item);
                Err(heap.type_error(format!("'in <string>' requires string as left operand, not {name}")))
            }
        },
        Value::Range(range) => {
            let range = heap[range];
            Ok(in_range(heap, item, range))
        }
        Value::Array(_) | Value::Generator(_) => any_element(machine, item, container),
        container => match sets::contains(heap, item, container)? {
            Some(found) => Ok(found),
            None if matches!(container, Value::Iterator(_)) => any_element(machine, item, container),
            None => {
                let name = type_name(heap, container);
                Err(heap.type_error(format!("argument of type '{name}' is not iterable")))
            }
        },
    }
}

fn any(heap: &Heap, item: Value, row: &[Value]) -> Result<bool, TooDeep> {
    for &element in row {
        if same_or_equal(heap, element, item, 1)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn any_element(machine: &mut Machine, item: Value, container: Value) -> Outcome<bool> {
    let mut found = false;
    iteration::for_each(machine, container, |machine, element| {
        found = same_or_equal_elements(&mut machine.heap, element, item)?;
        Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

/// Whether a value equals an element of a range; only a number can.
fn in_range(heap: &Heap, item: Value, range: Range) -> bool {
    let whole = match item {
        Value::Complex(real, 0.0) => Value::Float(real),
        item => item,
    };
    let number = match Real::of(whole) {
        Some(Real::Int(number)) => number,
        // The conversion keeps within 64 bits, and the comparison says whether it changed the number.
        Some(Real::Float(number)) if Real::Int(number as i64).is_float(number, heap) => number as i64,
        _ => return false,
    };
    let (first, distance) = (i128::from(range.start), i128::from(range.step));
    let steps = i128::from(number) - first;
    steps % distance == 0 && (0..i128::from(range.len())).contains(&(steps / distance))
}
