//! Methods of strings.
//!
//! Strings are kept as UTF-8, and Python counts characters: where a method takes or gives a place, it is translated.

pub(super) mod case;
pub(super) mod kinds;
pub(super) mod padding;
pub(super) mod search;
pub(super) mod splitting;
pub(super) mod translation;
mod unicode;

use std::rc::Rc;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::state::{Arguments, Machine};
use crate::value::Value;

/// The string whose method is called.
fn own(machine: &Machine, arguments: Arguments<'_>) -> Rc<str> {
    match arguments.positional[0] {
        Value::Str(text) => machine.heap[text].shared(),
        _ => unreachable!("the object of the method has been checked"),
    }
}

/// An argument that has to be a string; the text of the error comes before `, not int`.
fn text_argument(machine: &mut Machine, value: Value, error: &str) -> Outcome<Rc<str>> {
    match value {
        Value::Str(text) => Ok(machine.heap[text].shared()),
        _ => {
            let name = type_name(&machine.heap, value);
            Err(machine.heap.type_error(format!("{error}, not {name}")))
        }
    }
}

/// The object itself if the text is its text, else a new string.
fn same_or_new(machine: &mut Machine, arguments: Arguments<'_>, text: &str) -> Value {
    match arguments.positional[0] {
        Value::Str(own) if machine.heap[own].as_str() == text => arguments.positional[0],
        _ => machine.heap.text(text),
    }
}

/// Raises a `MemoryError` when there is no room for a string of so many bytes.
fn require(machine: &mut Machine, bytes: u128) -> Outcome<()> {
    crate::operators::require_memory(&mut machine.heap, bytes)
}

fn overflow(machine: &mut Machine, text: &str) -> Raised {
    machine.heap.raise(ExceptionKind::OverflowError, text)
}
