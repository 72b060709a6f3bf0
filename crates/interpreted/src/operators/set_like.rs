//! What compares like a set: sets, and the keys and items of dictionaries.

use super::equality::{TooDeep, same_or_equal};
use crate::bytecode::Comparison;
use crate::heap::Heap;
use crate::objects::{Iterator, View};
use crate::table::{self, Dict, Set};
use crate::value::{Ref, Value};

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

    pub(super) fn len(self, heap: &Heap) -> usize {
        match self {
            SetLike::Set(set) => table::set_len(heap, set),
            SetLike::Keys(dict) | SetLike::Items(dict) => table::len(heap, dict),
        }
    }

    /// An element, or key and value of one that is a tuple of both; and the place at which to go on.
    pub(super) fn entry(self, heap: &Heap, place: usize) -> Option<(usize, Element)> {
        match self {
            SetLike::Set(set) => table::set_entry(heap, set, place).map(|(next, value)| (next, Element::One(value))),
            SetLike::Keys(dict) => table::entry(heap, dict, place).map(|(next, key, _)| (next, Element::One(key))),
            SetLike::Items(dict) => {
                table::entry(heap, dict, place).map(|(next, key, value)| (next, Element::Pair(key, value)))
            }
        }
    }

    pub(super) fn contains(self, heap: &Heap, element: Element, depth: usize) -> Result<bool, TooDeep> {
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

    pub(super) fn contains_pair(self, heap: &Heap, key: Value, value: Value, depth: usize) -> Result<bool, TooDeep> {
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
    pub(super) fn is_within(self, heap: &Heap, other: SetLike, depth: usize) -> Result<bool, TooDeep> {
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
pub(super) enum Element {
    One(Value),
    Pair(Value, Value),
}

impl Element {
    /// Both parts of a tuple of two.
    pub(super) fn pair(self, heap: &Heap) -> Option<(Value, Value)> {
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
