//! `container[index]`: read, stored and deleted.

use std::rc::Rc;

use super::slices::{self, Indices, LIST, LIST_ASSIGNMENT, RANGE, TEXT, TUPLE};
use super::{arrays, sequences, sets};
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::iteration;
use crate::objects::{List, Range, Slice, Text};
use crate::state::Machine;
use crate::table;
use crate::value::{Ref, Type, Value};

/// `container[index]`.
///
/// # Errors
/// A `TypeError` for what has no elements or no such index, an `IndexError` or a `KeyError` where there is no element.
#[inline(never)]
pub fn subscript(machine: &mut Machine, container: Value, index: Value) -> Outcome<Value> {
    let heap = &mut machine.heap;
    match (container, index) {
        (Value::Dict(dict), key) => sets::item(heap, dict, key),
        (Value::List(list), Value::Slice(slice)) => {
            let length = heap[list].len() as u64;
            let indices = Indices::of(heap, slice, length)?;
            let items = slices::taken(&heap[list], indices);
            Ok(heap.list(items))
        }
        (Value::List(list), index) => {
            let length = heap[list].len() as u64;
            let place = slices::place(heap, index, length, LIST)?;
            Ok(heap[list][place as usize])
        }
        (Value::Tuple(tuple), Value::Slice(slice)) => {
            let length = heap[tuple].0.len();
            let indices = Indices::of(heap, slice, length as u64)?;
            if indices.step == 1 && indices.count == length {
                return Ok(container);
            }
            let items = slices::taken(&heap[tuple].0, indices);
            Ok(heap.tuple(items))
        }
        (Value::Tuple(tuple), index) => {
            let length = heap[tuple].0.len() as u64;
            let place = slices::place(heap, index, length, TUPLE)?;
            Ok(heap[tuple].0[place as usize])
        }
        (Value::Str(text), Value::Slice(slice)) => text_slice(heap, text, slice),
        (Value::Str(text), index) => {
            let length = heap[text].characters() as u64;
            let place = slices::place(heap, index, length, TEXT)?;
            let character = character(&heap[text], place as usize);
            Ok(heap.text(character))
        }
        (Value::Range(range), Value::Slice(slice)) => range_slice(heap, range, slice),
        (Value::Range(range), index) => {
            let range = heap[range];
            let place = slices::place(heap, index, range.len(), RANGE)?;
            Ok(Value::Int(range.element(place)))
        }
        (Value::Array(array), index) => arrays::item(heap, array, index),
        // `list[int]` and the types of the module `cython` stand in annotations only; what is in the brackets says nothing here.
        (Value::CythonType(_) | Value::Type(Type::List | Type::Tuple | Type::Dict | Type::Set | Type::Type), _) => {
            Ok(container)
        }
        (container, _) => Err(not_subscriptable(heap, container)),
    }
}

#[cold]
fn not_subscriptable(heap: &mut Heap, container: Value) -> Raised {
    let text = match container {
        Value::Type(class) => format!("type '{}' is not subscriptable", class.name()),
        Value::Class(class) => format!("type '{}' is not subscriptable", heap[class].name),
        Value::ExceptionType(kind) => format!("type '{}' is not subscriptable", kind.name()),
        value => format!("'{}' object is not subscriptable", type_name(heap, value)),
    };
    heap.type_error(text)
}

/// A string of the character at a place that there is.
fn character(text: &Text, place: usize) -> Rc<str> {
    let string = text.as_str();
    if text.is_ascii() {
        return string[place..=place].into();
    }
    string.chars().nth(place).map_or_else(|| "".into(), |character| character.encode_utf8(&mut [0; 4]).into())
}

fn text_slice(heap: &mut Heap, text: Ref<Text>, slice: Ref<Slice>) -> Outcome<Value> {
    let length = heap[text].characters();
    let indices = Indices::of(heap, slice, length as u64)?;
    if indices.step == 1 && indices.count == length {
        return Ok(Value::Str(text));
    }
    let string = heap[text].as_str();
    let taken: String = if heap[text].is_ascii() {
        let bytes = slices::taken(string.as_bytes(), indices);
        bytes.into_iter().map(char::from).collect()
    } else if indices.step == 1 {
        string.chars().skip(indices.start as usize).take(indices.count).collect()
    } else {
        let characters: Vec<char> = string.chars().collect();
        indices.places().map(|place| characters[place]).collect()
    };
    Ok(heap.text(taken))
}

/// The part of a range, which is a range. One whose ends need more than 64 bits cannot be.
fn range_slice(heap: &mut Heap, range: Ref<Range>, slice: Ref<Slice>) -> Outcome<Value> {
    let range = heap[range];
    let indices = Indices::of(heap, slice, range.len())?;
    let element = |place: i128| i64::try_from(i128::from(range.start) + place * i128::from(range.step));
    let step = i128::from(range.step).checked_mul(indices.step).map(i64::try_from);
    match (element(indices.start), element(indices.stop), step) {
        (Ok(start), Ok(stop), Some(Ok(step))) => Ok(Value::Range(heap.allocate(Range { start, stop, step }))),
        _ => Err(heap.raise(ExceptionKind::OverflowError, "Python int too large to convert to C ssize_t")),
    }
}

/// `container[index] = value`.
///
/// # Errors
/// A `TypeError` for what cannot be changed or has no such index, an `IndexError` where there is no element, a `ValueError` for a
/// slice of another length.
pub fn store_subscript(machine: &mut Machine, container: Value, index: Value, value: Value) -> Outcome<()> {
    let heap = &mut machine.heap;
    match (container, index) {
        (Value::List(list), Value::Slice(slice)) => store_slice(machine, list, slice, value),
        (Value::List(list), index) => {
            let length = heap[list].len() as u64;
            let place = slices::place(heap, index, length, LIST_ASSIGNMENT)?;
            heap[list][place as usize] = value;
            Ok(())
        }
        (Value::Dict(dict), key) => table::insert(heap, dict, key, value),
        (Value::Array(array), index) => arrays::store(heap, array, index, value),
        (container, index) => Err(no_assignment(heap, container, index)),
    }
}

fn store_slice(machine: &mut Machine, list: Ref<List>, slice: Ref<Slice>, value: Value) -> Outcome<()> {
    let length = machine.heap[list].len() as u64;
    let step = Indices::of(&mut machine.heap, slice, length)?.step;
    if !sequences::is_iterable(&machine.heap, value) {
        let text = if step == 1 { "can only assign an iterable" } else { "must assign iterable to extended slice" };
        return Err(machine.heap.type_error(text));
    }
    let new = iteration::collect(machine, value)?;
    // The code that gave the elements may have changed the list meanwhile.
    let heap = &mut machine.heap;
    let length = heap[list].len() as u64;
    let indices = Indices::of(heap, slice, length)?;
    if step == 1 {
        let (start, stop) = indices.row();
        heap.grown(new.len() * size_of::<Value>());
        heap[list].with(|items| drop(items.splice(start..stop, new)));
        return Ok(());
    }
    if new.len() != indices.count {
        return Err(heap.value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            new.len(),
            indices.count
        )));
    }
    for (place, item) in indices.places().zip(new) {
        heap[list][place] = item;
    }
    Ok(())
}

/// `del container[index]`.
///
/// # Errors
/// As for [`store_subscript`]; a `KeyError` for a key that is not there.
pub fn delete_subscript(machine: &mut Machine, container: Value, index: Value) -> Outcome<()> {
    let heap = &mut machine.heap;
    match (container, index) {
        (Value::List(list), Value::Slice(slice)) => {
            let length = heap[list].len() as u64;
            let indices = Indices::of(heap, slice, length)?;
            heap[list].with(|items| slices::remove(items, indices));
            Ok(())
        }
        (Value::List(list), index) => {
            let length = heap[list].len() as u64;
            let place = slices::place(heap, index, length, LIST_ASSIGNMENT)?;
            heap[list].with(|items| items.remove(place as usize));
            Ok(())
        }
        (Value::Dict(dict), key) => match table::remove(heap, dict, key)? {
            Some(_) => Ok(()),
            None => Err(sets::missing(heap, key)),
        },
        (Value::Array(array), index) => arrays::delete(heap, array, index),
        (container, index) => Err(no_deletion(heap, container, index)),
    }
}

/// What CPython says where nothing can be deleted: it words it differently for types that have the functions of a sequence.
#[cold]
fn no_deletion(heap: &mut Heap, container: Value, index: Value) -> Raised {
    if let Some(raised) = too_large(heap, container, index) {
        return raised;
    }
    let is_index = matches!(index, Value::Int(_) | Value::Bool(_));
    let not = if is_index && sequences::has_functions(heap, container) { "doesn't" } else { "does not" };
    let name = type_name(heap, container);
    heap.type_error(format!("'{name}' object {not} support item deletion"))
}

/// What CPython says where nothing can be stored.
#[cold]
fn no_assignment(heap: &mut Heap, container: Value, index: Value) -> Raised {
    if let Some(raised) = too_large(heap, container, index) {
        return raised;
    }
    let name = type_name(heap, container);
    heap.type_error(format!("'{name}' object does not support item assignment"))
}

/// The error for an index that is too large, which CPython looks at before it asks whether anything can be changed.
fn too_large(heap: &mut Heap, container: Value, index: Value) -> Option<Raised> {
    let too_large = matches!(index, Value::Big(_)) && sequences::has_functions(heap, container);
    too_large.then(|| heap.raise(ExceptionKind::IndexError, "cannot fit 'int' into an index-sized integer"))
}
