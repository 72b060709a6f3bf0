//! `translate` and `maketrans`; `format` and `format_map`.

use crate::error::{ExceptionKind, Outcome};
use crate::objects::Exception;
use crate::operators;
use crate::state::{Arguments, Machine};
use crate::table::{self, Dict};
use crate::text;
use crate::value::{Ref, Value};

use super::{own, text_argument};

/// `str.maketrans(x)`, `str.maketrans(x, y)`, `str.maketrans(x, y, z)`
pub(in super::super) fn maketrans(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let &[from, to, removed] = arguments.positional else {
        unreachable!("the table gives three places");
    };
    let result = machine.heap.allocate(Dict::default());
    if !to.is_bound() {
        let Value::Dict(source) = from else {
            return Err(machine.heap.type_error("if you give only one argument to maketrans it must be a dict"));
        };
        translated_keys(machine, source, result)?;
        return Ok(Value::Dict(result));
    }
    let to = text_argument(machine, to, "maketrans() argument 2 must be str")?;
    let removed = match removed {
        Value::Unbound => "".into(),
        value => text_argument(machine, value, "maketrans() argument 3 must be str")?,
    };
    let Value::Str(from) = from else {
        let text = "first maketrans argument must be a string if there is a second argument";
        return Err(machine.heap.type_error(text));
    };
    let from = machine.heap[from].shared();
    if from.chars().count() != to.chars().count() {
        return Err(machine.heap.value_error("the first two maketrans arguments must have equal length"));
    }
    let code = |character: char| Value::Int(character as i64);
    for (from, to) in from.chars().zip(to.chars()) {
        table::insert(&mut machine.heap, result, code(from), code(to))?;
    }
    for character in removed.chars() {
        table::insert(&mut machine.heap, result, code(character), Value::None)?;
    }
    Ok(Value::Dict(result))
}

fn translated_keys(machine: &mut Machine, source: Ref<Dict>, result: Ref<Dict>) -> Outcome<()> {
    let mut place = 0;
    while let Some((next, key, value)) = table::entry(&machine.heap, source, place) {
        place = next;
        let key = match key {
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => key,
            Value::Str(text) => {
                let mut characters = machine.heap[text].as_str().chars();
                match (characters.next(), characters.next()) {
                    (Some(character), None) => Value::Int(character as i64),
                    _ => {
                        let text = "string keys in translate table must be of length 1";
                        return Err(machine.heap.value_error(text));
                    }
                }
            }
            _ => return Err(machine.heap.type_error("keys in translate table must be strings or integers")),
        };
        table::insert(&mut machine.heap, result, key, value)?;
    }
    Ok(())
}

/// `str.translate(table)`
pub(in super::super) fn translate(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        let code = Value::Int(character as i64);
        let mapped = match operators::subscript(machine, arguments.positional[1], code) {
            Ok(mapped) => mapped,
            Err(raised) if is_lookup_error(machine, raised.0) => code,
            Err(raised) => return Err(raised),
        };
        match mapped {
            Value::None => {}
            Value::Str(text) => result.push_str(machine.heap[text].as_str()),
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => match character_of(mapped) {
                Some(character) => result.push(character),
                None => return Err(machine.heap.value_error("character mapping must be in range(0x110000)")),
            },
            _ => return Err(machine.heap.type_error("character mapping must return integer, None or str")),
        }
    }
    Ok(machine.heap.text(result))
}

fn character_of(code: Value) -> Option<char> {
    match code {
        Value::Int(code) => u32::try_from(code).ok().and_then(char::from_u32),
        Value::Bool(truth) => Some(char::from(u8::from(truth))),
        _ => None,
    }
}

fn is_lookup_error(machine: &Machine, exception: Ref<Exception>) -> bool {
    match machine.heap[exception].class {
        Value::ExceptionType(kind) => kind.is_a(ExceptionKind::LookupError),
        _ => false,
    }
}

/// `str.format(*args, **kwargs)`
pub(in super::super) fn format(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    text::format_method(machine, arguments)
}

/// `str.format_map(mapping)`
pub(in super::super) fn format_map(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let mut keywords = Vec::new();
    match arguments.positional[1] {
        Value::Dict(dict) => {
            let mut place = 0;
            while let Some((next, key, value)) = table::entry(&machine.heap, dict, place) {
                place = next;
                if let Value::Str(key) = key {
                    let key = machine.heap[key].shared();
                    keywords.push((machine.names.symbol(&key), value));
                }
            }
        }
        other if own(machine, arguments).contains('{') => {
            operators::subscript(machine, other, Value::None)?;
        }
        _ => {}
    }
    let outcome =
        text::format_method(machine, Arguments { positional: &arguments.positional[..1], keywords: &keywords });
    outcome.map_err(|raised| match machine.heap[raised.0].class {
        Value::ExceptionType(ExceptionKind::IndexError) => {
            machine.heap.value_error("Format string contains positional fields")
        }
        _ => raised,
    })
}
