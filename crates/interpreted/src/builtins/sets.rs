//! Methods of sets.

use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::iteration;
use crate::state::{Arguments, Machine};
use crate::table::{self, Other, Set};
use crate::value::{Ref, Value};

use super::dicts::missing;

fn set(arguments: Arguments<'_>) -> Ref<Set> {
    match arguments.positional[0] {
        Value::Set(set) => set,
        _ => unreachable!("the object of the method has been checked"),
    }
}

/// Does something with the elements of an argument, which may be anything that can be iterated over.
fn with_other<R>(
    machine: &mut Machine,
    value: Value,
    action: impl FnOnce(&mut Heap, Other<'_>) -> Outcome<R>,
) -> Outcome<R> {
    match value {
        Value::Set(set) => action(&mut machine.heap, Other::Set(set)),
        Value::Dict(dict) => action(&mut machine.heap, Other::Dict(dict)),
        _ => {
            let items = iteration::collect(machine, value)?;
            action(&mut machine.heap, Other::Items(&items))
        }
    }
}

/// Adds everything that the iterable has.
pub(super) fn update_with(machine: &mut Machine, set: Ref<Set>, iterable: Value) -> Outcome<()> {
    with_other(machine, iterable, |heap, other| table::set_update(heap, set, other))
}

/// The argument as a set.
fn as_set(machine: &mut Machine, value: Value) -> Outcome<Ref<Set>> {
    if let Value::Set(set) = value {
        return Ok(set);
    }
    with_other(machine, value, |heap, other| {
        let set = heap.allocate(Set::default());
        table::set_update(heap, set, other)?;
        Ok(set)
    })
}

/// `set.add(element)`
pub(super) fn add(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    table::set_add(&mut machine.heap, set(arguments), arguments.positional[1])?;
    Ok(Value::None)
}

/// `set.clear()`
pub(super) fn clear(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    table::set_clear(&mut machine.heap, set(arguments));
    Ok(Value::None)
}

/// `set.copy()`
pub(super) fn copy(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Set(table::set_copy(&mut machine.heap, set(arguments))))
}

/// `set.discard(element)`
pub(super) fn discard(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    table::set_discard(&mut machine.heap, set(arguments), arguments.positional[1])?;
    Ok(Value::None)
}

/// `set.remove(element)`
pub(super) fn remove(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    match table::set_discard(&mut machine.heap, set(arguments), arguments.positional[1])? {
        true => Ok(Value::None),
        false => Err(missing(machine, arguments.positional[1])),
    }
}

/// `set.pop()`
pub(super) fn pop(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    match table::set_pop(&mut machine.heap, set(arguments)) {
        Some(element) => Ok(element),
        None => Err(machine.heap.raise(ExceptionKind::KeyError, "pop from an empty set")),
    }
}

/// `set.update(*others)`
pub(super) fn update(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    for &other in &arguments.positional[1..] {
        update_with(machine, set(arguments), other)?;
    }
    Ok(Value::None)
}

/// `set.union(*others)`
pub(super) fn union(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let result = table::set_copy(&mut machine.heap, set(arguments));
    keep(machine, result, |machine| {
        for &other in &arguments.positional[1..] {
            if !other.is_same(arguments.positional[0]) {
                update_with(machine, result, other)?;
            }
        }
        Ok(Value::Set(result))
    })
}

/// Does something while a set is kept alive that nobody else holds.
fn keep(machine: &mut Machine, set: Ref<Set>, action: impl FnOnce(&mut Machine) -> Outcome<Value>) -> Outcome<Value> {
    let roots = machine.roots.len();
    machine.roots.push(Value::Set(set));
    let outcome = action(machine);
    machine.roots.truncate(roots);
    outcome
}

fn intersect(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Ref<Set>> {
    let own = set(arguments);
    if arguments.positional.len() == 1 {
        return Ok(table::set_copy(&mut machine.heap, own));
    }
    let roots = machine.roots.len();
    machine.roots.push(Value::Set(own));
    let mut result = Ok(own);
    for &other in &arguments.positional[1..] {
        result = result
            .and_then(|before| with_other(machine, other, |heap, other| table::set_intersection(heap, before, other)));
        if let Ok(set) = result {
            machine.roots[roots] = Value::Set(set);
        }
    }
    machine.roots.truncate(roots);
    result
}

/// `set.intersection(*others)`
pub(super) fn intersection(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    intersect(machine, arguments).map(Value::Set)
}

/// `set.intersection_update(*others)`
pub(super) fn intersection_update(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let common = intersect(machine, arguments)?;
    table::set_swap(&mut machine.heap, set(arguments), common);
    Ok(Value::None)
}

/// `set.difference(*others)`
pub(super) fn difference(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let own = set(arguments);
    let Some(&first) = arguments.positional.get(1) else { return copy(machine, arguments) };
    let result = with_other(machine, first, |heap, other| table::set_difference(heap, own, other))?;
    keep(machine, result, |machine| {
        for &other in &arguments.positional[2..] {
            with_other(machine, other, |heap, other| table::set_difference_update(heap, result, other))?;
        }
        Ok(Value::Set(result))
    })
}

/// `set.difference_update(*others)`
pub(super) fn difference_update(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let own = set(arguments);
    for &other in &arguments.positional[1..] {
        with_other(machine, other, |heap, other| table::set_difference_update(heap, own, other))?;
    }
    Ok(Value::None)
}

/// `set.symmetric_difference(other)`
pub(super) fn symmetric_difference(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let own = set(arguments);
    let other = arguments.positional[1];
    with_other(machine, other, |heap, other| table::set_symmetric_difference(heap, own, other)).map(Value::Set)
}

/// `set.symmetric_difference_update(other)`
pub(super) fn symmetric_difference_update(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let own = set(arguments);
    let other = arguments.positional[1];
    with_other(machine, other, |heap, other| table::set_symmetric_difference_update(heap, own, other))?;
    Ok(Value::None)
}

/// Whether all elements of the first set are in the second one.
fn is_within(heap: &mut Heap, inner: Ref<Set>, outer: Ref<Set>) -> Outcome<bool> {
    let mut place = 0;
    while let Some((next, element)) = table::set_entry(heap, inner, place) {
        if !has(heap, outer, element)? {
            return Ok(false);
        }
        place = next;
    }
    Ok(true)
}

fn has(heap: &mut Heap, set: Ref<Set>, element: Value) -> Outcome<bool> {
    table::set_contains(heap, set, element).map_err(|error| error.raise(heap))
}

/// `set.issubset(other)`
pub(super) fn issubset(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let other = as_set(machine, arguments.positional[1])?;
    is_within(&mut machine.heap, set(arguments), other).map(Value::Bool)
}

/// `set.issuperset(other)`
pub(super) fn issuperset(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let other = as_set(machine, arguments.positional[1])?;
    is_within(&mut machine.heap, other, set(arguments)).map(Value::Bool)
}

/// `set.isdisjoint(other)`
pub(super) fn isdisjoint(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let other = as_set(machine, arguments.positional[1])?;
    let own = set(arguments);
    let mut place = 0;
    while let Some((next, element)) = table::set_entry(&machine.heap, other, place) {
        if has(&mut machine.heap, own, element)? {
            return Ok(Value::Bool(false));
        }
        place = next;
    }
    Ok(Value::Bool(true))
}
