//! Methods of dictionaries.

use std::ops::ControlFlow;

use crate::error::{ExceptionKind, Outcome, Raised};
use crate::iteration;
use crate::objects::{Iterator, View};
use crate::operators;
use crate::state::{Arguments, Machine};
use crate::table::{self, Dict};
use crate::value::{Ref, Value};

use super::arguments::miscounted;

fn dict(arguments: Arguments<'_>) -> Ref<Dict> {
    match arguments.positional[0] {
        Value::Dict(dict) => dict,
        _ => unreachable!("the object of the method has been checked"),
    }
}

fn look_up(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Option<Value>> {
    let found = table::get(&machine.heap, dict(arguments), arguments.positional[1]);
    found.map_err(|error| error.raise(&mut machine.heap))
}

fn or_none(value: Value) -> Value {
    if value.is_bound() { value } else { Value::None }
}

pub(super) fn missing(machine: &mut Machine, key: Value) -> Raised {
    machine.heap.raise_with(ExceptionKind::KeyError, vec![key])
}

/// `dict.clear()`
pub(super) fn clear(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    table::clear(&mut machine.heap, dict(arguments));
    Ok(Value::None)
}

/// `dict.copy()`
pub(super) fn copy(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(Value::Dict(table::copy(&mut machine.heap, dict(arguments))))
}

/// `dict.get(key, default=None)`
pub(super) fn get(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    Ok(look_up(machine, arguments)?.unwrap_or(or_none(arguments.positional[2])))
}

/// `dict.setdefault(key, default=None)`
pub(super) fn setdefault(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    if let Some(value) = look_up(machine, arguments)? {
        return Ok(value);
    }
    let value = or_none(arguments.positional[2]);
    table::insert(&mut machine.heap, dict(arguments), arguments.positional[1], value)?;
    Ok(value)
}

/// `dict.pop(key)`, `dict.pop(key, default)`
pub(super) fn pop(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (dict, key, default) = (dict(arguments), arguments.positional[1], arguments.positional[2]);
    let found = if table::len(&machine.heap, dict) == 0 { None } else { table::remove(&mut machine.heap, dict, key)? };
    match found {
        Some(value) => Ok(value),
        None if default.is_bound() => Ok(default),
        None => Err(missing(machine, key)),
    }
}

/// `dict.popitem()`
pub(super) fn popitem(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    match table::remove_last(&mut machine.heap, dict(arguments)) {
        Some((key, value)) => Ok(machine.heap.tuple([key, value])),
        None => Err(machine.heap.raise(ExceptionKind::KeyError, "popitem(): dictionary is empty")),
    }
}

/// `dict.keys()`
pub(super) fn keys(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    view(machine, arguments, View::Keys)
}

/// `dict.values()`
pub(super) fn values(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    view(machine, arguments, View::Values)
}

/// `dict.items()`
pub(super) fn items(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    view(machine, arguments, View::Items)
}

fn view(machine: &mut Machine, arguments: Arguments<'_>, view: View) -> Outcome<Value> {
    Ok(Value::Iterator(machine.heap.allocate(Iterator::View(dict(arguments), view))))
}

/// `dict.update(other, **named)`
pub(super) fn update(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let rest = Arguments { positional: &arguments.positional[1..], ..arguments };
    update_with(machine, "update", dict(arguments), rest)?;
    Ok(Value::None)
}

/// Stores what the argument has, then what is named.
pub(super) fn update_with(machine: &mut Machine, name: &str, dict: Ref<Dict>, arguments: Arguments<'_>) -> Outcome<()> {
    match *arguments.positional {
        [] => {}
        [other] => operators::update_dict(machine, dict, other)?,
        _ => return Err(miscounted(machine, name, 0, 1, arguments.positional.len())),
    }
    for &(symbol, value) in arguments.keywords {
        let keyword = machine.names.text(symbol).clone();
        let key = machine.heap.text(keyword);
        table::insert(&mut machine.heap, dict, key, value)?;
    }
    Ok(())
}

/// `dict.fromkeys(iterable, value=None)`
pub(super) fn fromkeys(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let value = or_none(arguments.positional[1]);
    let dict = machine.heap.allocate(Dict::default());
    let roots = machine.roots.len();
    machine.roots.push(Value::Dict(dict));
    let outcome = iteration::for_each(machine, arguments.positional[0], |machine, key| {
        table::insert(&mut machine.heap, dict, key, value)?;
        Ok(ControlFlow::Continue(()))
    });
    machine.roots.truncate(roots);
    outcome.map(|()| Value::Dict(dict))
}
