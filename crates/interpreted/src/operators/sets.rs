//! Operators of sets, of dictionaries and of the keys and items of dictionaries, which behave like sets.

use crate::bytecode::{BinaryOperator, Comparison};
use crate::error::Outcome;
use crate::heap::Heap;
use crate::iteration;
use crate::objects::{Iterator, View};
use crate::state::Machine;
use crate::table::{self, Dict, Other, Set};
use crate::value::{Ref, Value};

use super::equality::{TooDeep, same_or_equal};
use super::sequences;

/// Something that compares like a set.
#[derive(Clone, Copy, Debug)]
pub(super) enum SetLike {
    Set(Ref<Set>),
    Keys(Ref<Dict>),
    Items(Ref<Dict>),
}

impl SetLike {
    pub(super) fn of(heap: &Heap, value: Value) -> Option<SetLike> {
        match value {
            Value::Set(set) => Some(SetLike::Set(set)),
            Value::Iterator(iterator) => match heap[iterator] {
                Iterator::View(dict, View::Keys) => Some(SetLike::Keys(dict)),
                Iterator::View(dict, View::Items) => Some(SetLike::Items(dict)),
                _ => None,
            },
            _ => None,
        }
    }

    fn len(self, heap: &Heap) -> usize {
        match self {
            SetLike::Set(set) => table::set_len(heap, set),
            SetLike::Keys(dict) | SetLike::Items(dict) => table::len(heap, dict),
        }
    }

    /// An element, or key and value of one that is a tuple of both; and the place at which to go on.
    fn entry(self, heap: &Heap, place: usize) -> Option<(usize, Element)> {
        match self {
            SetLike::Set(set) => table::set_entry(heap, set, place).map(|(next, value)| (next, Element::One(value))),
            SetLike::Keys(dict) => table::entry(heap, dict, place).map(|(next, key, _)| (next, Element::One(key))),
            SetLike::Items(dict) => {
                table::entry(heap, dict, place).map(|(next, key, value)| (next, Element::Pair(key, value)))
            }
        }
    }

    fn contains(self, heap: &Heap, element: Element, depth: usize) -> Result<bool, TooDeep> {
        match (self, element.pair(heap)) {
            (SetLike::Items(dict), Some((key, value))) => match table::get(heap, dict, key) {
                Ok(Some(found)) => same_or_equal(heap, found, value, depth),
                _ => Ok(false),
            },
            (SetLike::Items(_), None) => Ok(false),
            (SetLike::Set(_) | SetLike::Keys(_), _) => match element {
                Element::One(value) => Ok(match self {
                    SetLike::Set(set) => table::set_contains(heap, set, value).unwrap_or(false),
                    SetLike::Keys(dict) | SetLike::Items(dict) => table::contains(heap, dict, value).unwrap_or(false),
                }),
                // There is no tuple of both that could be looked for, so all elements are.
                Element::Pair(key, value) => self.contains_pair(heap, key, value, depth),
            },
        }
    }

    fn contains_pair(self, heap: &Heap, key: Value, value: Value, depth: usize) -> Result<bool, TooDeep> {
        let mut place = 0;
        while let Some((next, element)) = self.entry(heap, place) {
            if let Some((other_key, other_value)) = element.pair(heap)
                && same_or_equal(heap, key, other_key, depth)?
                && same_or_equal(heap, value, other_value, depth)?
            {
                return Ok(true);
            }
            place = next;
        }
        Ok(false)
    }

    /// Whether every element lies in the other one too.
    fn is_within(self, heap: &Heap, other: SetLike, depth: usize) -> Result<bool, TooDeep> {
        let mut place = 0;
        while let Some((next, element)) = self.entry(heap, place) {
            if !other.contains(heap, element, depth)? {
                return Ok(false);
            }
            place = next;
        }
        Ok(true)
    }
}

#[derive(Clone, Copy, Debug)]
enum Element {
    One(Value),
    Pair(Value, Value),
}

impl Element {
    /// Both parts of a tuple of two.
    fn pair(self, heap: &Heap) -> Option<(Value, Value)> {
        match self {
            Element::Pair(key, value) => Some((key, value)),
            Element::One(Value::Tuple(tuple)) => match heap[tuple].0[..] {
                [key, value] => Some((key, value)),
                _ => None,
            },
            Element::One(_) => None,
        }
    }
}

/// Compares two sets: an order is that of subsets.
pub(super) fn compare(
    heap: &Heap,
    comparison: Comparison,
    left: SetLike,
    right: SetLike,
    depth: usize,
) -> Result<bool, TooDeep> {
    let (left_length, right_length) = (left.len(heap), right.len(heap));
    match comparison {
        Comparison::Equal => Ok(left_length == right_length && left.is_within(heap, right, depth)?),
        Comparison::NotEqual => Ok(!compare(heap, Comparison::Equal, left, right, depth)?),
        Comparison::Less => Ok(left_length < right_length && left.is_within(heap, right, depth)?),
        Comparison::LessEqual => Ok(left_length <= right_length && left.is_within(heap, right, depth)?),
        Comparison::Greater => compare(heap, Comparison::Less, right, left, depth),
        Comparison::GreaterEqual => compare(heap, Comparison::LessEqual, right, left, depth),
    }
}

/// Whether two dictionaries have the same keys with equal values.
pub(super) fn dicts_equal(heap: &Heap, left: Ref<Dict>, right: Ref<Dict>, depth: usize) -> Result<bool, TooDeep> {
    Ok(left == right
        || table::len(heap, left) == table::len(heap, right)
            && SetLike::Items(left).is_within(heap, SetLike::Items(right), depth)?)
}

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
