//! Operators of sets, of dictionaries and of the keys and items of dictionaries, which behave like sets.

use crate::bytecode::BinaryOperator;
use crate::error::Outcome;
use crate::heap::Heap;
use crate::iteration;
use crate::objects::{Iterator, View};
use crate::state::Machine;
use crate::table::{self, Dict, Other, Set};
use crate::value::{Ref, Value};

use super::equality::same_or_equal;
use super::sequences;
use super::set_like::{Element, SetLike};

/// `left operator right` of sets and dictionaries, where there is such an operator.
pub(super) fn binary(
    machine: &mut Machine,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Outcome<Option<Value>> {
    match (left, right) {
        (Value::Set(left), Value::Set(right)) => of_sets(&mut machine.heap, operator, left, Other::Set(right)),
        (Value::Dict(left), Value::Dict(right)) if operator == BinaryOperator::Or => {
            let union = table::copy(&mut machine.heap, left);
            table::update(&mut machine.heap, union, right);
            Ok(Some(Value::Dict(union)))
        }
        (left, right) => {
            let heap = &machine.heap;
            let like = |value| SetLike::of(heap, value).is_some() && !matches!(value, Value::Set(_));
            let known = matches!(
                operator,
                BinaryOperator::Subtract | BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor
            );
            if !known || !like(left) && !like(right) {
                return Ok(None);
            }
            of_views(machine, operator, left, right)
        }
    }
}

fn of_sets(heap: &mut Heap, operator: BinaryOperator, left: Ref<Set>, right: Other<'_>) -> Outcome<Option<Value>> {
    let result = match operator {
        BinaryOperator::Subtract => table::set_difference(heap, left, right)?,
        BinaryOperator::And => table::set_intersection(heap, left, right)?,
        BinaryOperator::Or => table::set_union(heap, left, right)?,
        BinaryOperator::Xor => table::set_symmetric_difference(heap, left, right)?,
        _ => return Ok(None),
    };
    Ok(Some(Value::Set(result)))
}

/// Of keys or items of a dictionary with anything that can be iterated over: the result is a set.
fn of_views(machine: &mut Machine, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Option<Value>> {
    let elements = iteration::collect(machine, left)?;
    let more = iteration::collect(machine, right)?;
    let heap = &mut machine.heap;
    let set = heap.allocate(Set::default());
    table::set_update(heap, set, Other::Items(&elements))?;
    match operator {
        BinaryOperator::Subtract => table::set_difference_update(heap, set, Other::Items(&more))?,
        BinaryOperator::Or => table::set_update(heap, set, Other::Items(&more))?,
        _ => return of_sets(heap, operator, set, Other::Items(&more)),
    }
    Ok(Some(Value::Set(set)))
}

/// `left operator= right`: changes a set or a dictionary in place, where there is such an operator.
pub(super) fn in_place(
    machine: &mut Machine,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Outcome<Option<Value>> {
    match (left, right) {
        (Value::Set(set), Value::Set(other)) => {
            let heap = &mut machine.heap;
            match operator {
                BinaryOperator::Subtract => table::set_difference_update(heap, set, Other::Set(other))?,
                BinaryOperator::Or => table::set_update(heap, set, Other::Set(other))?,
                BinaryOperator::Xor => table::set_symmetric_difference_update(heap, set, Other::Set(other))?,
                BinaryOperator::And => {
                    let result = table::set_intersection(heap, set, Other::Set(other))?;
                    table::set_swap(heap, set, result);
                }
                _ => return Ok(None),
            }
        }
        (Value::Dict(dict), other) if operator == BinaryOperator::Or => update_dict(machine, dict, other)?,
        _ => return Ok(None),
    }
    Ok(Some(left))
}

/// `dict.update(other)`, `dict |= other`: another dictionary, or pairs of key and value.
///
/// # Errors
/// A `TypeError` for what cannot be iterated over, element or key; a `ValueError` for an element that is no pair.
pub fn update_dict(machine: &mut Machine, dict: Ref<Dict>, other: Value) -> Outcome<()> {
    if let Value::Dict(other) = other {
        table::update(&mut machine.heap, dict, other);
        return Ok(());
    }
    let pairs = iteration::collect(machine, other)?;
    let roots = machine.roots.len();
    machine.roots.extend_from_slice(&pairs);
    let result = pairs.iter().enumerate().try_for_each(|(index, &pair)| insert_pair(machine, dict, index, pair));
    machine.roots.truncate(roots);
    result
}

fn insert_pair(machine: &mut Machine, dict: Ref<Dict>, index: usize, pair: Value) -> Outcome<()> {
    if !sequences::is_iterable(&machine.heap, pair) {
        return Err(machine
            .heap
            .type_error(format!("cannot convert dictionary update sequence element #{index} to a sequence")));
    }
    let parts = iteration::collect(machine, pair)?;
    match parts[..] {
        [key, value] => table::insert(&mut machine.heap, dict, key, value),
        _ => Err(machine.heap.value_error(format!(
            "dictionary update sequence element #{index} has length {}; 2 is required",
            parts.len()
        ))),
    }
}

/// `item in container` of sets, dictionaries and their keys, values and items; none for another container.
pub(super) fn contains(heap: &mut Heap, item: Value, container: Value) -> Outcome<Option<bool>> {
    let found = match container {
        Value::Set(set) => table::set_contains(heap, set, item),
        Value::Dict(dict) => table::contains(heap, dict, item),
        Value::Iterator(iterator) => match heap[iterator] {
            Iterator::View(dict, View::Keys) => table::contains(heap, dict, item),
            Iterator::View(dict, View::Items) => match Element::One(item).pair(heap) {
                None => Ok(false),
                Some((key, value)) => match table::get(heap, dict, key) {
                    Ok(None) => Ok(false),
                    Ok(Some(found)) => {
                        return super::order::outcome(heap, |heap| same_or_equal(heap, found, value, 1)).map(Some);
                    }
                    Err(error) => Err(error),
                },
            },
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    found.map(Some).map_err(|error| error.raise(heap))
}

/// The `KeyError` of a key that is not there.
pub(super) fn missing(heap: &mut Heap, key: Value) -> crate::error::Raised {
    heap.raise_with(crate::error::ExceptionKind::KeyError, vec![key])
}

/// `dict[key]`.
pub(super) fn item(heap: &mut Heap, dict: Ref<Dict>, key: Value) -> Outcome<Value> {
    match table::get(heap, dict, key) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(missing(heap, key)),
        Err(error) => Err(error.raise(heap)),
    }
}
