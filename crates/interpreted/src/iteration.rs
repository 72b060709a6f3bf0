//! Going through what can be iterated over: lists, ranges, dictionaries, generators and all others.

use std::ops::ControlFlow;

use num_bigint::BigInt;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::objects::{Iterator, Numbers, Range, View};
use crate::operators;
use crate::state::Machine;
use crate::table;
use crate::value::{Ref, Value};

/// How deep iterators may lie within one another: `enumerate(enumerate(...))`.
const MAXIMUM_DEPTH: usize = 1000;

/// The iterator of a value, as a `for` loop takes it: an iterator is its own.
pub fn iterator(machine: &mut Machine, value: Value) -> Outcome<Value> {
    let heap = &mut machine.heap;
    let iterator = match value {
        Value::RangeIterator { .. } | Value::ListIterator { .. } | Value::Generator(_) => return Ok(value),
        Value::List(list) => return Ok(Value::ListIterator { list, next: 0 }),
        Value::Range(range) => match inline(heap[range]) {
            Some(value) => return Ok(value),
            None => {
                let range = heap[range];
                Iterator::Range { next: range.start, step: range.step, left: range.len() }
            }
        },
        Value::Tuple(tuple) => Iterator::Tuple(tuple, 0),
        Value::Str(text) => Iterator::Text(text, 0),
        Value::Dict(dict) => over_dict(heap, dict, View::Keys, false),
        Value::Set(set) => Iterator::Set(set, 0, table::set_len(heap, set)),
        Value::Array(array) => Iterator::Array(array, 0),
        Value::Iterator(iterator) => match heap[iterator] {
            Iterator::View(dict, view) => over_dict(heap, dict, view, false),
            _ => return Ok(value),
        },
        _ => {
            let name = type_name(heap, value);
            return Err(heap.type_error(format!("'{name}' object is not iterable")));
        }
    };
    Ok(Value::Iterator(heap.allocate(iterator)))
}

/// The iterator that needs no memory, if the step is small and no number on the way overflows.
fn inline(range: Range) -> Option<Value> {
    let step = i32::try_from(range.step).ok()?;
    if let Some(last) = range.len().checked_sub(1) {
        range.element(last).checked_add(range.step)?;
    }
    Some(Value::RangeIterator { step, next: range.start, stop: range.stop })
}

/// An iterator over a dictionary, from its beginning or its end.
pub(crate) fn over_dict(heap: &Heap, dict: Ref<table::Dict>, view: View, reversed: bool) -> Iterator {
    let length = table::len(heap, dict);
    Iterator::Dict { dict, view, next: if reversed { usize::MAX } else { 0 }, length, left: length, reversed }
}

/// The next element of an iterator, or `None` when there is none left. The caller keeps the iterator alive.
pub fn next(machine: &mut Machine, iterator: &mut Value) -> Outcome<Option<Value>> {
    next_at(machine, iterator, 0)
}

fn next_at(machine: &mut Machine, iterator: &mut Value, depth: usize) -> Outcome<Option<Value>> {
    match iterator {
        Value::RangeIterator { step, next, stop } => {
            let element = *next;
            if if *step > 0 { element >= *stop } else { element <= *stop } {
                return Ok(None);
            }
            *next += i64::from(*step);
            Ok(Some(Value::Int(element)))
        }
        Value::ListIterator { list, next } => match machine.heap[*list].get(*next as usize) {
            Some(&element) => {
                *next += 1;
                Ok(Some(element))
            }
            None => {
                *next = u64::MAX;
                Ok(None)
            }
        },
        Value::Generator(generator) => machine.resume(*generator),
        Value::Iterator(place) => next_of_object(machine, *place, depth),
        other => {
            let name = type_name(&machine.heap, *other);
            Err(machine.heap.type_error(format!("'{name}' object is not an iterator")))
        }
    }
}

fn next_of_object(machine: &mut Machine, place: Ref<Iterator>, depth: usize) -> Outcome<Option<Value>> {
    if depth > MAXIMUM_DEPTH {
        return Err(machine.heap.raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded"));
    }
    match &machine.heap[place] {
        Iterator::Enumerate(..) => return next_of_enumerate(machine, place, depth),
        Iterator::Zip(..) => return next_of_zip(machine, place, depth),
        _ => {}
    }
    let mut iterator = std::mem::replace(&mut machine.heap[place], Iterator::Done);
    let element = step(&mut machine.heap, &mut iterator);
    if !matches!(element, Ok(None)) {
        machine.heap[place] = iterator;
    }
    element
}

/// The next element of an iterator that never calls the program. After `None` it has ended for good.
fn step(heap: &mut Heap, iterator: &mut Iterator) -> Outcome<Option<Value>> {
    Ok(match iterator {
        Iterator::List(list, index) => {
            let element = heap[*list].get(*index).copied();
            *index += 1;
            element
        }
        Iterator::ReversedList(list, index) => {
            let element = index.checked_sub(1).and_then(|index| heap[*list].get(index).copied());
            *index = index.saturating_sub(1);
            element
        }
        Iterator::Tuple(tuple, index) => {
            let element = heap[*tuple].0.get(*index).copied();
            *index += 1;
            element
        }
        Iterator::ReversedTuple(tuple, index) => match index.checked_sub(1) {
            Some(before) => {
                *index = before;
                heap[*tuple].0.get(before).copied()
            }
            None => None,
        },
        Iterator::Text(text, offset) => {
            let character = heap[*text].as_str()[*offset..].chars().next();
            character.map(|character| {
                *offset += character.len_utf8();
                one_character(heap, character)
            })
        }
        Iterator::ReversedText(text, offset) => {
            let character = heap[*text].as_str()[..*offset].chars().next_back();
            character.map(|character| {
                *offset -= character.len_utf8();
                one_character(heap, character)
            })
        }
        Iterator::Range { next, step, left } => (*left > 0).then(|| {
            let element = *next;
            *left -= 1;
            *next = next.wrapping_add(*step);
            Value::Int(element)
        }),
        Iterator::Dict { .. } => return step_over_dict(heap, iterator),
        Iterator::Set(set, place, length) => {
            if *length != table::set_len(heap, *set) {
                *length = usize::MAX;
                return Err(heap.raise(ExceptionKind::RuntimeError, "Set changed size during iteration"));
            }
            table::set_entry(heap, *set, *place).map(|(next, element)| {
                *place = next;
                element
            })
        }
        Iterator::Array(array, index) => {
            let element = match &heap[*array].numbers {
                Numbers::Integers(numbers) => numbers.get(*index).map(|&number| Value::Int(number)),
                Numbers::Single(numbers) => numbers.get(*index).map(|&number| Value::Float(number.into())),
                Numbers::Double(numbers) => numbers.get(*index).map(|&number| Value::Float(number)),
                Numbers::Unsigned(numbers) => {
                    let number = numbers.get(*index).copied();
                    number.map(|number| heap.integer(BigInt::from(number)))
                }
            };
            *index += 1;
            element
        }
        Iterator::Enumerate(..) | Iterator::Zip(..) | Iterator::View(..) | Iterator::Done => None,
    })
}

fn step_over_dict(heap: &mut Heap, iterator: &mut Iterator) -> Outcome<Option<Value>> {
    let Iterator::Dict { dict, view, next, length, left, reversed } = iterator else { return Ok(None) };
    if *length != table::len(heap, *dict) {
        *length = usize::MAX;
        return Err(heap.raise(ExceptionKind::RuntimeError, "dictionary changed size during iteration"));
    }
    let found = if *reversed { table::entry_before(heap, *dict, *next) } else { table::entry(heap, *dict, *next) };
    let Some((place, key, value)) = found else { return Ok(None) };
    if *left == 0 {
        *next = if *reversed { 0 } else { usize::MAX };
        return Err(heap.raise(ExceptionKind::RuntimeError, "dictionary keys changed during iteration"));
    }
    *next = place;
    *left -= 1;
    Ok(Some(match view {
        View::Keys => key,
        View::Values => value,
        View::Items => heap.tuple([key, value]),
    }))
}

/// A string of one character.
fn one_character(heap: &mut Heap, character: char) -> Value {
    heap.text(&*character.encode_utf8(&mut [0; 4]))
}

fn next_of_enumerate(machine: &mut Machine, place: Ref<Iterator>, depth: usize) -> Outcome<Option<Value>> {
    let Iterator::Enumerate(mut inner, _) = machine.heap[place] else { return Ok(None) };
    let element = next_at(machine, &mut inner, depth + 1)?;
    let Iterator::Enumerate(_, number) = machine.heap[place] else { return Ok(None) };
    let Some(element) = element else {
        machine.heap[place] = Iterator::Enumerate(inner, number);
        return Ok(None);
    };
    let after = match number {
        Value::Int(number) => match number.checked_add(1) {
            Some(after) => Value::Int(after),
            None => machine.heap.integer(BigInt::from(number) + 1),
        },
        Value::Big(number) => {
            let after = &machine.heap[number] + 1;
            machine.heap.integer(after)
        }
        other => other,
    };
    machine.heap[place] = Iterator::Enumerate(inner, after);
    Ok(Some(machine.heap.tuple([number, element])))
}

fn next_of_zip(machine: &mut Machine, place: Ref<Iterator>, depth: usize) -> Outcome<Option<Value>> {
    let roots = machine.roots.len();
    let complete = fill_zip(machine, place, depth);
    let elements = machine.roots.split_off(roots);
    Ok(if complete? { Some(machine.heap.tuple(elements)) } else { None })
}

/// Puts one element of each iterator among the roots, and says whether each had one.
fn fill_zip(machine: &mut Machine, place: Ref<Iterator>, depth: usize) -> Outcome<bool> {
    let Iterator::Zip(iterators, strict) = &machine.heap[place] else { return Ok(false) };
    let (count, strict) = (iterators.len(), *strict);
    for index in 0..count {
        match next_within_zip(machine, place, index, depth)? {
            Some(element) => machine.roots.push(element),
            None if strict => return end_of_strict_zip(machine, place, index, depth),
            None => return Ok(false),
        }
    }
    Ok(count > 0)
}

fn next_within_zip(machine: &mut Machine, place: Ref<Iterator>, index: usize, depth: usize) -> Outcome<Option<Value>> {
    let Iterator::Zip(iterators, _) = &machine.heap[place] else { return Ok(None) };
    let mut inner = iterators[index];
    let element = next_at(machine, &mut inner, depth + 1)?;
    if let Iterator::Zip(iterators, _) = &mut machine.heap[place] {
        iterators[index] = inner;
    }
    Ok(element)
}

/// The iterator with this index has ended first: an error, unless all end together.
fn end_of_strict_zip(machine: &mut Machine, place: Ref<Iterator>, index: usize, depth: usize) -> Outcome<bool> {
    let others = |count: usize| if count == 1 { " 1".to_owned() } else { format!("s 1-{count}") };
    if index > 0 {
        let text = format!("zip() argument {} is shorter than argument{}", index + 1, others(index));
        return Err(machine.heap.value_error(text));
    }
    let Iterator::Zip(iterators, _) = &machine.heap[place] else { return Ok(false) };
    for index in 1..iterators.len() {
        if next_within_zip(machine, place, index, depth)?.is_some() {
            let text = format!("zip() argument {} is longer than argument{}", index + 1, others(index));
            return Err(machine.heap.value_error(text));
        }
    }
    Ok(false)
}

/// All elements of what can be iterated over.
pub fn collect(machine: &mut Machine, iterable: Value) -> Outcome<Vec<Value>> {
    match iterable {
        Value::List(list) => return Ok(machine.heap[list].to_vec()),
        Value::Tuple(tuple) => return Ok(machine.heap[tuple].0.to_vec()),
        Value::Range(range) => {
            let range = machine.heap[range];
            operators::require_memory(&mut machine.heap, u128::from(range.len()) * size_of::<Value>() as u128)?;
            return Ok((0..range.len()).map(|index| Value::Int(range.element(index))).collect());
        }
        Value::Str(text) => {
            let text = machine.heap[text].shared();
            return Ok(text.chars().map(|character| one_character(&mut machine.heap, character)).collect());
        }
        _ => {}
    }
    let mut iterator = iterator(machine, iterable)?;
    let roots = machine.roots.len();
    machine.roots.push(iterator);
    let outcome = loop {
        match next(machine, &mut iterator) {
            Ok(Some(element)) => machine.roots.push(element),
            Ok(None) => break Ok(()),
            Err(raised) => break Err(raised),
        }
    };
    let elements = machine.roots.split_off(roots + 1);
    machine.roots.truncate(roots);
    outcome.map(|()| elements)
}

/// Does something with each element until it says that it is enough. The element is kept alive meanwhile.
pub fn for_each(
    machine: &mut Machine,
    iterable: Value,
    mut action: impl FnMut(&mut Machine, Value) -> Outcome<ControlFlow<()>>,
) -> Outcome<()> {
    let mut iterator = iterator(machine, iterable)?;
    let roots = machine.roots.len();
    machine.roots.push(iterator);
    let outcome = loop {
        let step = next(machine, &mut iterator).and_then(|element| match element {
            Some(element) => {
                machine.roots.push(element);
                let flow = action(machine, element);
                machine.roots.truncate(roots + 1);
                flow
            }
            None => Ok(ControlFlow::Break(())),
        });
        match step {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break Ok(()),
            Err(raised) => break Err(raised),
        }
    };
    machine.roots.truncate(roots);
    outcome
}

/// The iterator for `a, b = value`.
fn iterator_to_unpack(machine: &mut Machine, value: Value) -> Outcome<Value> {
    iterator(machine, value).map_err(|_| {
        let name = type_name(&machine.heap, value);
        machine.heap.type_error(format!("cannot unpack non-iterable {name} object"))
    })
}

/// The elements for `a, b = iterable`: as many as there are names.
pub fn unpack(machine: &mut Machine, iterable: Value, count: usize) -> Outcome<Vec<Value>> {
    let mut iterator = iterator_to_unpack(machine, iterable)?;
    let roots = machine.roots.len();
    machine.roots.push(iterator);
    let outcome = take_exactly(machine, &mut iterator, count);
    let elements = machine.roots.split_off(roots + 1);
    machine.roots.truncate(roots);
    outcome.map(|()| elements)
}

fn take_exactly(machine: &mut Machine, iterator: &mut Value, count: usize) -> Outcome<()> {
    for taken in 0..count {
        match next(machine, iterator)? {
            Some(element) => machine.roots.push(element),
            None => {
                let text = format!("not enough values to unpack (expected {count}, got {taken})");
                return Err(machine.heap.value_error(text));
            }
        }
    }
    match next(machine, iterator)? {
        Some(_) => Err(machine.heap.value_error(format!("too many values to unpack (expected {count})"))),
        None => Ok(()),
    }
}

/// Whether a value can be iterated over.
pub fn is_iterable(value: Value) -> bool {
    !matches!(
        value,
        Value::Unbound
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Complex(..)
            | Value::Big(_)
            | Value::Slice(_)
            | Value::Function(_)
            | Value::Builtin(_)
            | Value::BoundMethod(_)
            | Value::BuiltinMethod(_)
            | Value::Type(_)
            | Value::Class(_)
            | Value::Instance(_)
            | Value::ExceptionType(_)
            | Value::Exception(_)
            | Value::Module(_)
            | Value::Cell(_)
            | Value::DateTime(_)
            | Value::TimeDelta(_)
            | Value::CythonType(_)
    )
}

/// The elements for `a, *b, c = iterable`: one for each name, a list for the one with the star.
pub fn unpack_starred(machine: &mut Machine, iterable: Value, before: usize, after: usize) -> Outcome<Vec<Value>> {
    let iterator = iterator_to_unpack(machine, iterable)?;
    // Of a range it is known how much memory its elements need.
    let source = if matches!(iterable, Value::Range(_)) { iterable } else { iterator };
    let mut elements = collect(machine, source)?;
    let (expected, count) = (before + after, elements.len());
    if count < expected {
        let text = format!("not enough values to unpack (expected at least {expected}, got {count})");
        return Err(machine.heap.value_error(text));
    }
    let middle: Vec<Value> = elements.drain(before..count - after).collect();
    let middle = machine.heap.list(middle);
    elements.insert(before, middle);
    Ok(elements)
}

/// The iterator of `reversed(value)`.
pub(crate) fn reversed(machine: &mut Machine, value: Value) -> Outcome<Value> {
    let heap = &mut machine.heap;
    let iterator = match value {
        Value::List(list) => Iterator::ReversedList(list, heap[list].len()),
        Value::Tuple(tuple) => Iterator::ReversedTuple(tuple, heap[tuple].0.len()),
        Value::Str(text) => Iterator::ReversedText(text, heap[text].as_str().len()),
        Value::Range(range) => {
            let range = heap[range];
            let left = range.len();
            let next = if left == 0 { range.start } else { range.element(left - 1) };
            Iterator::Range { next, step: range.step.wrapping_neg(), left }
        }
        Value::Dict(dict) => over_dict(heap, dict, View::Keys, true),
        Value::Iterator(place) => match heap[place] {
            Iterator::View(dict, view) => over_dict(heap, dict, view, true),
            _ => return Err(not_reversible(heap, value)),
        },
        Value::Array(array) => {
            let mut iterator = Iterator::Array(array, 0);
            let mut elements = Vec::new();
            while let Some(element) = step(heap, &mut iterator)? {
                elements.push(element);
            }
            elements.reverse();
            Iterator::Tuple(heap.allocate(crate::objects::Tuple(elements.into())), 0)
        }
        _ => return Err(not_reversible(heap, value)),
    };
    Ok(Value::Iterator(heap.allocate(iterator)))
}

fn not_reversible(heap: &mut Heap, value: Value) -> Raised {
    let name = type_name(heap, value);
    heap.type_error(format!("'{name}' object is not reversible"))
}

#[cfg(test)]
mod tests;
