//! `+`, `*` and `len` of lists, tuples, strings and arrays, and what counts as true.

use super::equality::array_length;
use super::integers::Integer;
use super::room;
use crate::bytecode::BinaryOperator;
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::objects::{Array, Iterator, Numbers};
use crate::table;
use crate::value::{Ref, Value};

/// `left + right` or `left * right` where one of them is a sequence.
pub(super) fn binary(heap: &mut Heap, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Option<Value>> {
    match operator {
        BinaryOperator::Add if is_sequence(left) => concatenated(heap, left, right).map(Some),
        BinaryOperator::Multiply if is_sequence(left) => {
            let count = repetitions(heap, right)?;
            repeated(heap, left, count).map(Some)
        }
        BinaryOperator::Multiply if is_sequence(right) => {
            let count = repetitions(heap, left)?;
            repeated(heap, right, count).map(Some)
        }
        _ => Ok(None),
    }
}

pub(super) fn is_sequence(value: Value) -> bool {
    matches!(value, Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Array(_))
}

/// Whether CPython's type has functions of a sequence, be it only `in` or `len`. It decides about the order of its questions.
pub(super) fn has_functions(heap: &Heap, value: Value) -> bool {
    match value {
        Value::Dict(_) | Value::Set(_) | Value::Range(_) | Value::Instance(_) => true,
        Value::Iterator(iterator) => matches!(heap[iterator], Iterator::View(..)),
        value => is_sequence(value),
    }
}

fn concatenated(heap: &mut Heap, left: Value, right: Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => {
            let (left, right) = (heap[left].shared(), heap[right].shared());
            room::require(heap, 2 * (left.len() as u128 + right.len() as u128))?;
            Ok(heap.text([left.as_ref(), right.as_ref()].concat()))
        }
        (Value::List(left), Value::List(right)) => {
            require_values(heap, heap[left].len() as u128 + heap[right].len() as u128)?;
            let items = [&heap[left][..], &heap[right][..]].concat();
            Ok(heap.list(items))
        }
        (Value::Tuple(left), Value::Tuple(right)) => {
            require_values(heap, heap[left].0.len() as u128 + heap[right].0.len() as u128)?;
            let items = [&heap[left].0[..], &heap[right].0[..]].concat();
            Ok(heap.tuple(items))
        }
        (Value::Array(left), Value::Array(right)) => {
            let mut sum = heap[left].clone();
            if !append_array(&mut sum, &heap[right]) {
                return Err(heap.type_error("bad argument type for built-in operation"));
            }
            Ok(Value::Array(heap.allocate(sum)))
        }
        (left, right) => {
            let (name, other) = (type_name(heap, left), type_name(heap, right));
            Err(heap.type_error(match left {
                Value::Array(_) => format!("can only append array (not \"{other}\") to array"),
                _ => format!("can only concatenate {name} (not \"{other}\") to {name}"),
            }))
        }
    }
}

/// Appends the elements of another array; says whether it is of the same kind.
pub(super) fn append_array(array: &mut Array, other: &Array) -> bool {
    if array.letter != other.letter {
        return false;
    }
    if let (Numbers::Integers(numbers), Numbers::Unsigned(_)) = (&array.numbers, &other.numbers) {
        array.numbers = Numbers::Unsigned(numbers.iter().map(|&number| number as u64).collect());
    }
    match (&mut array.numbers, &other.numbers) {
        (Numbers::Integers(numbers), Numbers::Integers(more)) => numbers.extend_from_slice(more),
        (Numbers::Unsigned(numbers), Numbers::Unsigned(more)) => numbers.extend_from_slice(more),
        (Numbers::Unsigned(numbers), Numbers::Integers(more)) => {
            numbers.extend(more.iter().map(|&number| number as u64))
        }
        (Numbers::Single(numbers), Numbers::Single(more)) => numbers.extend_from_slice(more),
        (Numbers::Double(numbers), Numbers::Double(more)) => numbers.extend_from_slice(more),
        _ => return false,
    }
    true
}

/// How often a sequence is repeated: not at all for a negative number.
fn repetitions(heap: &mut Heap, count: Value) -> Outcome<u64> {
    match Integer::of(count) {
        Some(Integer::Small(count)) => Ok(count.max(0) as u64),
        Some(Integer::Big(_)) => {
            Err(heap.raise(ExceptionKind::OverflowError, "cannot fit 'int' into an index-sized integer"))
        }
        None => {
            let name = type_name(heap, count);
            Err(heap.type_error(format!("can't multiply sequence by non-int of type '{name}'")))
        }
    }
}

fn require_values(heap: &mut Heap, count: u128) -> Outcome<()> {
    room::require(heap, count * size_of::<Value>() as u128)
}

fn repeated(heap: &mut Heap, sequence: Value, count: u64) -> Outcome<Value> {
    let times = |length: usize| length as u128 * u128::from(count);
    match sequence {
        Value::Str(text) => {
            let text = heap[text].shared();
            if times(text.len()) > i64::MAX as u128 {
                return Err(heap.raise(ExceptionKind::OverflowError, "repeated string is too long"));
            }
            room::require(heap, 2 * times(text.len()))?;
            let repeated = if text.is_empty() { String::new() } else { text.repeat(count as usize) };
            Ok(heap.text(repeated))
        }
        Value::List(list) => {
            require_values(heap, times(heap[list].len()))?;
            let items = repeat(&heap[list], count);
            Ok(heap.list(items))
        }
        Value::Tuple(tuple) => {
            require_values(heap, times(heap[tuple].0.len()))?;
            let items = repeat(&heap[tuple].0, count);
            Ok(heap.tuple(items))
        }
        Value::Array(array) => {
            let letter = heap[array].letter;
            let numbers = repeated_numbers(heap, array, count)?;
            Ok(Value::Array(heap.allocate(Array { letter, numbers })))
        }
        other => Ok(other),
    }
}

fn repeated_numbers(heap: &mut Heap, array: Ref<Array>, count: u64) -> Outcome<Numbers> {
    room::require(heap, array_length(&heap[array]) as u128 * u128::from(count) * 8)?;
    Ok(match &heap[array].numbers {
        Numbers::Integers(numbers) => Numbers::Integers(repeat(numbers, count)),
        Numbers::Unsigned(numbers) => Numbers::Unsigned(repeat(numbers, count)),
        Numbers::Single(numbers) => Numbers::Single(repeat(numbers, count)),
        Numbers::Double(numbers) => Numbers::Double(repeat(numbers, count)),
    })
}

/// The elements so many times; there is room for them.
fn repeat<T: Copy>(items: &[T], count: u64) -> Vec<T> {
    match items {
        [] => Vec::new(),
        &[item] => vec![item; count as usize],
        items => items.repeat(count as usize),
    }
}

/// `list *= count`, `array *= count`: in place. None where the value is neither.
pub(super) fn repeat_in_place(heap: &mut Heap, sequence: Value, count: Value) -> Outcome<Option<Value>> {
    match sequence {
        Value::List(list) => {
            let count = repetitions(heap, count)?;
            let length = heap[list].len();
            require_values(heap, length as u128 * u128::from(count))?;
            let items = repeat(&heap[list], count);
            heap.grown(items.len().saturating_sub(length) * size_of::<Value>());
            heap[list] = crate::objects::List::new(items);
        }
        Value::Array(array) => {
            let count = repetitions(heap, count)?;
            let numbers = repeated_numbers(heap, array, count)?;
            heap.grown(array_length(&heap[array]) * 8 * count.saturating_sub(1) as usize);
            heap[array].numbers = numbers;
        }
        _ => return Ok(None),
    }
    Ok(Some(sequence))
}

/// `array += other`: in place.
pub(super) fn extend_array(heap: &mut Heap, array: Ref<Array>, other: Value) -> Outcome<()> {
    let Value::Array(other) = other else {
        let name = type_name(heap, other);
        return Err(heap.type_error(format!("can only extend array with array (not \"{name}\")")));
    };
    let more = heap[other].clone();
    heap.grown(array_length(&more) * 8);
    if append_array(&mut heap[array], &more) {
        return Ok(());
    }
    Err(heap.type_error("can only extend with array of same kind"))
}

/// How many elements a value has, if it is of a type that has a length.
pub(super) fn elements(heap: &Heap, value: Value) -> Option<u64> {
    Some(match value {
        Value::Str(text) => heap[text].characters() as u64,
        Value::List(list) => heap[list].len() as u64,
        Value::Tuple(tuple) => heap[tuple].0.len() as u64,
        Value::Dict(dict) => table::len(heap, dict) as u64,
        Value::Set(set) => table::set_len(heap, set) as u64,
        Value::Range(range) => heap[range].len(),
        Value::Array(array) => array_length(&heap[array]) as u64,
        Value::Iterator(iterator) => match heap[iterator] {
            Iterator::View(dict, _) => table::len(heap, dict) as u64,
            _ => return None,
        },
        _ => return None,
    })
}

/// Whether a value can be iterated over.
pub(super) fn is_iterable(heap: &Heap, value: Value) -> bool {
    elements(heap, value).is_some() || matches!(value, Value::Iterator(_) | Value::Generator(_))
}

/// `len(value)`.
///
/// # Errors
/// A `TypeError` for a value without a length, an `OverflowError` for a range with more than 2^63 - 1 elements.
pub fn length(heap: &mut Heap, value: Value) -> Outcome<i64> {
    match elements(heap, value).map(i64::try_from) {
        Some(Ok(length)) => Ok(length),
        Some(Err(_)) => Err(heap.raise(ExceptionKind::OverflowError, "Python int too large to convert to C ssize_t")),
        None => Err(no_length(heap, value)),
    }
}

#[cold]
fn no_length(heap: &mut Heap, value: Value) -> Raised {
    let name = type_name(heap, value);
    heap.type_error(format!("object of type '{name}' has no len()"))
}

/// Whether a value counts as true.
#[inline]
pub fn truth(heap: &Heap, value: Value) -> bool {
    match value {
        Value::Bool(truth) => truth,
        Value::None => false,
        Value::Int(number) => number != 0,
        Value::Float(number) => number != 0.0,
        Value::Complex(real, imaginary) => real != 0.0 || imaginary != 0.0,
        Value::TimeDelta(microseconds) => microseconds != 0,
        value => elements(heap, value) != Some(0),
    }
}
