//! Methods of lists, tuples and ranges.

use crate::error::{ExceptionKind, Outcome};
use crate::objects::{List, Range, Tuple};
use crate::operators;
use crate::state::{Arguments, Machine};
use crate::text;
use crate::value::{Ref, Value};

use super::operands::{index_argument, search_bound};

fn list(arguments: Arguments<'_>) -> Ref<List> {
    match arguments.positional[0] {
        Value::List(list) => list,
        _ => unreachable!("the object of the method has been checked"),
    }
}

fn tuple(arguments: Arguments<'_>) -> Ref<Tuple> {
    match arguments.positional[0] {
        Value::Tuple(tuple) => tuple,
        _ => unreachable!("the object of the method has been checked"),
    }
}

/// `list.append(element)`
pub(super) fn append(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    machine.heap[list(arguments)].push(arguments.positional[1]);
    machine.heap.grown(size_of::<Value>());
    Ok(Value::None)
}

/// `list.clear()`
pub(super) fn clear(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    machine.heap[list(arguments)] = List::default();
    Ok(Value::None)
}

/// `list.copy()`
pub(super) fn copy(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let items = machine.heap[list(arguments)].to_vec();
    Ok(machine.heap.list(items))
}

/// `list.extend(iterable)`
pub(super) fn extend(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    operators::extend(machine, list(arguments), arguments.positional[1])?;
    Ok(Value::None)
}

/// `list.insert(index, element)`
pub(super) fn insert(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let index = index_argument(machine, arguments.positional[1])?;
    let element = arguments.positional[2];
    machine.heap.grown(size_of::<Value>());
    machine.heap[list(arguments)].with(|items| {
        let length = items.len() as i64;
        let place = if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) };
        items.insert(place as usize, element);
    });
    Ok(Value::None)
}

/// `list.pop(index=-1)`
pub(super) fn pop(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let index = match arguments.positional[1] {
        Value::Unbound => -1,
        value => index_argument(machine, value)?,
    };
    let list = &mut machine.heap[list(arguments)];
    let length = list.len();
    if length == 0 {
        return Err(machine.heap.raise(ExceptionKind::IndexError, "pop from empty list"));
    }
    let place = if index < 0 { index.saturating_add(length as i64) } else { index };
    match usize::try_from(place) {
        Ok(place) if place + 1 == length => Ok(list.with(|items| items.pop()).unwrap_or_default()),
        Ok(place) if place < length => Ok(list.with(|items| items.remove(place))),
        _ => Err(machine.heap.raise(ExceptionKind::IndexError, "pop index out of range")),
    }
}

/// `list.remove(element)`
pub(super) fn remove(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let list = list(arguments);
    let mut place = 0;
    while let Some(&element) = machine.heap[list].get(place) {
        if operators::same_or_equal_elements(&mut machine.heap, element, arguments.positional[1])? {
            machine.heap[list].with(|items| items.remove(place));
            return Ok(Value::None);
        }
        place += 1;
    }
    Err(machine.heap.value_error("list.remove(x): x not in list"))
}

/// `list.reverse()`
pub(super) fn reverse(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    machine.heap[list(arguments)].reverse();
    Ok(Value::None)
}

/// `list.count(element)`
pub(super) fn count(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let items = machine.heap[list(arguments)].to_vec();
    count_in(machine, &items, arguments.positional[1])
}

/// `list.index(element, start=0, stop=...)`
pub(super) fn index(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let items = machine.heap[list(arguments)].to_vec();
    if let Some(place) = find_in(machine, &items, arguments.positional)? {
        return Ok(Value::Int(place as i64));
    }
    let element = text::repr(machine, arguments.positional[1])?;
    Err(machine.heap.value_error(format!("{element} is not in list")))
}

/// `tuple.count(element)`
pub(super) fn tuple_count(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let items = machine.heap[tuple(arguments)].0.clone();
    count_in(machine, &items, arguments.positional[1])
}

/// `tuple.index(element, start=0, stop=...)`
pub(super) fn tuple_index(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let items = machine.heap[tuple(arguments)].0.clone();
    match find_in(machine, &items, arguments.positional)? {
        Some(place) => Ok(Value::Int(place as i64)),
        None => Err(machine.heap.value_error("tuple.index(x): x not in tuple")),
    }
}

fn count_in(machine: &mut Machine, items: &[Value], wanted: Value) -> Outcome<Value> {
    let mut count = 0;
    for &item in items {
        count += i64::from(operators::same_or_equal_elements(&mut machine.heap, item, wanted)?);
    }
    Ok(Value::Int(count))
}

/// The place of an element; the arguments are the sequence, the element, start and stop.
fn find_in(machine: &mut Machine, items: &[Value], arguments: &[Value]) -> Outcome<Option<usize>> {
    let start = search_bound(machine, arguments[2], items.len(), 0)?;
    let stop = search_bound(machine, arguments[3], items.len(), items.len())?.min(items.len());
    for (place, &item) in items.iter().enumerate().take(stop).skip(start) {
        if operators::same_or_equal_elements(&mut machine.heap, item, arguments[1])? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// `range.count(element)`
pub(super) fn range_count(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Int(range_place(machine, arguments).is_some().into()))
}

/// `range.index(element)`
pub(super) fn range_index(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    if let Some(place) = range_place(machine, arguments) {
        return Ok(machine.heap.integer(place.into()));
    }
    let element = arguments.positional[1];
    if !matches!(element, Value::Int(_) | Value::Bool(_) | Value::Big(_)) {
        return Err(machine.heap.value_error("sequence.index(x): x not in sequence"));
    }
    let element = text::repr(machine, element)?;
    Err(machine.heap.value_error(format!("{element} is not in range")))
}

/// The place of a number in a range.
fn range_place(machine: &Machine, arguments: Arguments<'_>) -> Option<u64> {
    let Value::Range(range) = arguments.positional[0] else { return None };
    let Range { start, step, .. } = machine.heap[range];
    let number = match arguments.positional[1] {
        Value::Int(number) => number,
        Value::Bool(truth) => truth.into(),
        Value::Float(number) | Value::Complex(number, 0.0) if number as i64 as f64 == number => number as i64,
        _ => return None,
    };
    let distance = i128::from(number) - i128::from(start);
    let place = u64::try_from(distance / i128::from(step)).ok()?;
    (distance % i128::from(step) == 0 && place < machine.heap[range].len()).then_some(place)
}
