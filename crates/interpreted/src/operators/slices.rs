//! Which elements an index or a slice means.

use std::ops::ControlFlow;

use super::integers::Integer;
use super::{room, sequences};
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::iteration;
use crate::objects::{List, Slice};
use crate::state::Machine;
use crate::value::{Ref, Value};

/// How the messages about one type of sequence are worded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wording {
    /// What cannot be an index; the type's name follows where it ends with a space.
    pub(super) no_index: &'static str,
    /// Whether the type's name stands in quotes.
    pub(super) quoted: bool,
    /// There is no such element.
    pub(super) no_element: &'static str,
}

pub(super) const LIST: Wording = Wording {
    no_index: "list indices must be integers or slices, not ",
    quoted: false,
    no_element: "list index out of range",
};
pub(super) const LIST_ASSIGNMENT: Wording = Wording { no_element: "list assignment index out of range", ..LIST };
pub(super) const TUPLE: Wording = Wording {
    no_index: "tuple indices must be integers or slices, not ",
    quoted: false,
    no_element: "tuple index out of range",
};
pub(super) const TEXT: Wording = Wording {
    no_index: "string indices must be integers, not ",
    quoted: true,
    no_element: "string index out of range",
};
pub(super) const RANGE: Wording = Wording {
    no_index: "range indices must be integers or slices, not ",
    quoted: false,
    no_element: "range object index out of range",
};
pub(super) const ARRAY: Wording =
    Wording { no_index: "array indices must be integers", quoted: false, no_element: "array index out of range" };
pub(super) const ARRAY_ASSIGNMENT: Wording = Wording { no_element: "array assignment index out of range", ..ARRAY };

/// The place that an index means in a sequence of so many elements.
pub(super) fn place(heap: &mut Heap, index: Value, length: u64, wording: Wording) -> Outcome<u64> {
    let index = match Integer::of(index) {
        Some(Integer::Small(index)) => index,
        Some(Integer::Big(_)) if wording.no_element == RANGE.no_element => {
            return Err(heap.raise(ExceptionKind::IndexError, wording.no_element));
        }
        Some(Integer::Big(_)) => {
            return Err(heap.raise(ExceptionKind::IndexError, "cannot fit 'int' into an index-sized integer"));
        }
        None => return Err(no_index(heap, index, wording)),
    };
    let place = if index < 0 { i128::from(index) + i128::from(length) } else { i128::from(index) };
    match u64::try_from(place) {
        Ok(place) if place < length => Ok(place),
        _ => Err(heap.raise(ExceptionKind::IndexError, wording.no_element)),
    }
}

#[cold]
fn no_index(heap: &mut Heap, index: Value, wording: Wording) -> Raised {
    let name = if wording.no_index.ends_with(' ') { type_name(heap, index) } else { "".into() };
    let quote = if wording.quoted { "'" } else { "" };
    heap.type_error(format!("{}{quote}{name}{quote}", wording.no_index))
}

/// The elements that a slice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Indices {
    /// The place of the first.
    pub(super) start: i128,
    /// The first place that does not belong to them any more; where there is none, it may lie on the wrong side.
    pub(super) stop: i128,
    /// The distance of two places; not 0.
    pub(super) step: i128,
    /// How many there are.
    pub(super) count: usize,
}

impl Indices {
    /// Of a sequence of so many elements. What lies outside of it is cut off.
    pub(super) fn of(heap: &mut Heap, slice: Ref<Slice>, length: u64) -> Outcome<Indices> {
        let Slice { start, stop, step } = heap[slice];
        let step = i128::from(bound(heap, step)?.unwrap_or(1));
        if step == 0 {
            return Err(heap.value_error("slice step cannot be zero"));
        }
        let (start, stop) = (bound(heap, start)?, bound(heap, stop)?);
        let length = i128::from(length);
        let (lowest, highest) = if step < 0 { (-1, length - 1) } else { (0, length) };
        let within = |bound: i64| {
            let bound = if bound < 0 { i128::from(bound) + length } else { i128::from(bound) };
            bound.clamp(lowest, highest)
        };
        let (first, last) = if step < 0 { (highest, lowest) } else { (lowest, highest) };
        let (start, stop) = (start.map_or(first, within), stop.map_or(last, within));
        let distance = if step < 0 { start - stop } else { stop - start };
        let count = if distance > 0 { (distance - 1) / step.abs() + 1 } else { 0 };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Indices { start, stop, step, count })
    }

    /// The places in their order.
    pub(super) fn places(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |number| (self.start + number as i128 * self.step) as usize)
    }

    /// The place of the first and the place behind the last of elements that lie side by side.
    pub(super) fn row(self) -> (usize, usize) {
        (self.start as usize, self.stop.max(self.start) as usize)
    }
}

/// A bound of a slice; none where it is left out.
fn bound(heap: &mut Heap, value: Value) -> Outcome<Option<i64>> {
    match (value, Integer::of(value)) {
        (Value::None | Value::Unbound, _) => Ok(None),
        (_, Some(number)) => Ok(Some(number.clamped(heap))),
        _ => Err(heap.type_error("slice indices must be integers or None or have an __index__ method")),
    }
}

/// The elements at these places.
pub(super) fn taken<T: Copy>(items: &[T], indices: Indices) -> Vec<T> {
    if indices.step == 1 {
        let (start, stop) = indices.row();
        return items[start..stop].to_vec();
    }
    indices.places().map(|place| items[place]).collect()
}

/// Takes the elements at these places away.
pub(super) fn remove<T: Copy>(items: &mut Vec<T>, indices: Indices) {
    if indices.step == 1 {
        let (start, stop) = indices.row();
        items.drain(start..stop);
    } else if indices.count > 0 {
        let last = indices.start + (indices.count as i128 - 1) * indices.step;
        let (lowest, highest) = (indices.start.min(last), indices.start.max(last));
        let step = indices.step.abs();
        let mut place = -1;
        items.retain(|_| {
            place += 1;
            !(lowest..=highest).contains(&place) || (place - lowest) % step != 0
        });
    }
}

/// `list += iterable`, `list.extend(iterable)`: what has been appended stays when the iterable raises.
///
/// # Errors
/// A `TypeError` for what cannot be iterated over, and what the iterable raises.
pub fn extend(machine: &mut Machine, list: Ref<List>, iterable: Value) -> Outcome<()> {
    if matches!(iterable, Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Range(_) | Value::Array(_)) {
        let length = sequences::elements(&machine.heap, iterable).unwrap_or(0);
        room::require(&mut machine.heap, u128::from(length) * size_of::<Value>() as u128)?;
        let more = iteration::collect(machine, iterable)?;
        machine.heap.grown(more.len() * size_of::<Value>());
        machine.heap[list].with(|items| items.extend_from_slice(&more));
        return Ok(());
    }
    iteration::for_each(machine, iterable, |machine, element| {
        machine.heap.grown(size_of::<Value>());
        machine.heap[list].push(element);
        Ok(ControlFlow::Continue(()))
    })
}
