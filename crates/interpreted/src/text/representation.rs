//! `repr`, `str` and `ascii` of every value.

use std::rc::Rc;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::names::Symbol;
use crate::objects::{Base, Exception, Iterator, Numbers, Slice, View};
use crate::state::Machine;
use crate::table;
use crate::text::clock;
use crate::text::decimal::float;
use crate::text::numbers::{complex, integer};
use crate::text::quote::{escape_beyond_ascii, quote};
use crate::value::{BuiltinId, Ref, Value};

/// How many containers may lie in one another: what CPython's limit of recursion leaves at the top of a program.
const DEEPEST: usize = 998;

/// Python's `repr(value)`.
pub fn repr(machine: &mut Machine, value: Value) -> Outcome<String> {
    let mut text = String::new();
    write(machine, value, &mut text)?;
    Ok(text)
}

/// Python's `ascii(value)`: `repr` with everything beyond ASCII escaped.
pub fn ascii(machine: &mut Machine, value: Value) -> Outcome<String> {
    Ok(escape_beyond_ascii(&repr(machine, value)?))
}

/// Python's `str(value)`.
pub fn str(machine: &mut Machine, value: Value) -> Outcome<Rc<str>> {
    match value {
        Value::Str(text) => Ok(machine.heap[text].shared()),
        Value::Instance(_) => match own_method(machine, value, "__str__") {
            Some(method) => own_text(machine, method, value, "__str__"),
            None => Ok(repr(machine, value)?.into()),
        },
        Value::Exception(exception) => match own_method(machine, value, "__str__") {
            Some(method) => own_text(machine, method, value, "__str__"),
            None => {
                let exception = &machine.heap[exception];
                let (class, arguments) = (exception.class, exception.arguments.clone());
                message(machine, class, &arguments)
            }
        },
        Value::DateTime(microseconds) => Ok(clock::iso_format(microseconds, " ").into()),
        Value::TimeDelta(microseconds) => Ok(clock::difference(microseconds).into()),
        _ => Ok(repr(machine, value)?.into()),
    }
}

/// A number that no other object that lives has: what `id` gives, and what stands behind `at`. It looks like an address.
pub fn address(value: Value) -> u64 {
    let index = match value {
        Value::Big(place) => place.index(),
        Value::Str(place) => place.index(),
        Value::List(place) => place.index(),
        Value::Tuple(place) => place.index(),
        Value::Dict(place) => place.index(),
        Value::Set(place) => place.index(),
        Value::Range(place) => place.index(),
        Value::Slice(place) => place.index(),
        Value::Function(place) => place.index(),
        Value::BoundMethod(place) => place.index(),
        Value::BuiltinMethod(place) => place.index(),
        Value::Class(place) => place.index(),
        Value::Instance(place) => place.index(),
        Value::Exception(place) => place.index(),
        Value::Module(place) => place.index(),
        Value::Iterator(place) => place.index(),
        Value::Generator(place) => place.index(),
        Value::Cell(place) => place.index(),
        Value::Array(place) => place.index(),
        Value::Bool(truth) => usize::from(truth),
        Value::Int(number) => number as u32 as usize,
        Value::Float(number) | Value::Complex(number, _) => (number.to_bits() >> 32) as usize,
        Value::Builtin(BuiltinId(number)) | Value::CythonType(number) => usize::from(number),
        Value::Type(kind) => kind as usize,
        Value::ExceptionType(kind) => kind as usize,
        Value::DateTime(time) | Value::TimeDelta(time) => time as u32 as usize,
        Value::Unbound | Value::None | Value::RangeIterator { .. } | Value::ListIterator { .. } => 0,
    };
    0x7f00_0000_0000 + (u64::from(value.tag()) << 36) + (index as u64) * 16
}

/// What a class of the program says about an attribute of its objects: its own, or that of the nearest base that has it.
pub(crate) fn class_attribute(heap: &Heap, class: Value, name: Symbol) -> Option<Value> {
    let Value::Class(mut place) = class else { return None };
    loop {
        let class = &heap[place];
        if let Some(&(_, value)) = class.attributes.iter().find(|(known, _)| *known == name) {
            return Some(value);
        }
        let Base::Class(base) = class.base else { return None };
        place = base;
    }
}

/// A special method that the class of an object has in the program.
pub(crate) fn own_method(machine: &Machine, object: Value, name: &str) -> Option<Value> {
    let class = match object {
        Value::Instance(instance) => Value::Class(machine.heap[instance].class),
        Value::Exception(exception) => machine.heap[exception].class,
        _ => return None,
    };
    class_attribute(&machine.heap, class, machine.names.known(name)?)
}

/// Calls a special method of an object that has to give a string.
pub(crate) fn own_text(machine: &mut Machine, method: Value, object: Value, name: &str) -> Outcome<Rc<str>> {
    let result = match method {
        Value::Function(_) => machine.call(method, &[object])?,
        _ => machine.call(method, &[])?,
    };
    match result {
        Value::Str(text) => Ok(machine.heap[text].shared()),
        other => {
            let given = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("{name} returned non-string (type {given})")))
        }
    }
}

/// The text of an exception.
fn message(machine: &mut Machine, class: Value, arguments: &[Value]) -> Outcome<Rc<str>> {
    let kind = built_in_base(&machine.heap, class);
    match arguments {
        // Its text is an attribute that nobody has set.
        [] if kind.is_a(ExceptionKind::SyntaxError) => Ok("None".into()),
        [] => Ok("".into()),
        &[argument] if kind == ExceptionKind::KeyError => Ok(repr(machine, argument)?.into()),
        &[argument] => str(machine, argument),
        &[number, text, ref rest @ ..] if kind.is_a(ExceptionKind::OSError) && rest.len() <= 3 => {
            let mut message = format!("[Errno {}] {}", str(machine, number)?, str(machine, text)?);
            if let Some(&file) = rest.first() {
                message.push_str(": ");
                write(machine, file, &mut message)?;
            }
            Ok(message.into())
        }
        _ => {
            let mut text = String::new();
            write_tuple(machine, arguments, &mut text)?;
            Ok(text.into())
        }
    }
}

/// The built-in class that a class of exceptions is, or is derived from.
fn built_in_base(heap: &Heap, class: Value) -> ExceptionKind {
    match class {
        Value::ExceptionType(kind) => kind,
        Value::Class(mut place) => loop {
            match heap[place].base {
                Base::Class(base) => place = base,
                Base::Exception(kind) => return kind,
                Base::Object => return ExceptionKind::BaseException,
            }
        },
        _ => ExceptionKind::BaseException,
    }
}

fn write(machine: &mut Machine, value: Value, text: &mut String) -> Outcome<()> {
    match value {
        Value::Unbound => text.push_str("<NULL>"),
        Value::None => text.push_str("None"),
        Value::Bool(true) => text.push_str("True"),
        Value::Bool(false) => text.push_str("False"),
        Value::Int(number) => text.push_str(&number.to_string()),
        Value::Float(number) => text.push_str(&float(number)),
        Value::Complex(real, imaginary) => text.push_str(&complex(real, imaginary)),
        Value::Big(number) => {
            let number = machine.heap[number].clone();
            text.push_str(&integer(&mut machine.heap, &number)?);
        }
        Value::Str(place) => text.push_str(&quote(machine.heap[place].as_str(), false)),
        Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Set(_) | Value::Exception(_) => {
            return write_container(machine, value, text);
        }
        Value::Iterator(iterator) => match machine.heap[iterator] {
            Iterator::View(..) => return write_container(machine, value, text),
            _ => write_object(&iterator_name(&machine.heap, iterator), value, text),
        },
        Value::Range(place) => {
            let range = machine.heap[place];
            text.push_str(&match range.step {
                1 => format!("range({}, {})", range.start, range.stop),
                step => format!("range({}, {}, {step})", range.start, range.stop),
            });
        }
        Value::Slice(place) => {
            let Slice { start, stop, step } = machine.heap[place];
            text.push_str("slice(");
            write_items(machine, &[start, stop, step], text)?;
            text.push(')');
        }
        Value::Instance(_) => match own_method(machine, value, "__repr__") {
            Some(method) => text.push_str(&own_text(machine, method, value, "__repr__")?),
            None => write_object(&qualified_class_name(&machine.heap, value), value, text),
        },
        Value::Array(_) => write_array(machine, value, text)?,
        Value::DateTime(microseconds) => text.push_str(&clock::repr_of_date(microseconds)),
        Value::TimeDelta(microseconds) => text.push_str(&clock::repr_of_difference(microseconds)),
        _ => return write_callable(machine, value, text),
    }
    Ok(())
}

/// Functions, methods, classes, modules and what else a program makes or names and can rarely look into.
fn write_callable(machine: &mut Machine, value: Value, text: &mut String) -> Outcome<()> {
    let at = address(value);
    let heap = &machine.heap;
    let shown = match value {
        Value::Function(function) => format!("<function {} at {at:#x}>", heap[function].qualified_name),
        Value::Builtin(number) => format!("<built-in function {}>", machine.builtin_name(number)),
        Value::BoundMethod(place) => {
            let method = heap[place];
            let name = heap[method.function].qualified_name.clone();
            text.push_str(&format!("<bound method {name} of "));
            write(machine, method.object, text)?;
            String::from(">")
        }
        Value::BuiltinMethod(place) => {
            let method = heap[place];
            let kind = type_name(heap, method.object);
            let name = machine.builtin_name(method.function);
            format!("<built-in method {name} of {kind} object at {:#x}>", address(method.object))
        }
        Value::Type(kind) => format!("<class '{}'>", kind.name()),
        Value::ExceptionType(kind) => format!("<class '{}'>", kind.name()),
        Value::Class(place) => {
            let class = &heap[place];
            format!("<class '{}.{}'>", class.module, class.qualified_name)
        }
        Value::Module(module) => format!("<module '{}' (built-in)>", heap[module].name),
        Value::Generator(generator) => {
            format!("<generator object {} at {at:#x}>", heap[generator].code.qualified_name)
        }
        Value::CythonType(number) => format!("<cython type {number}>"),
        other => format!("<{} object at {at:#x}>", type_name(heap, other)),
    };
    text.push_str(&shown);
    Ok(())
}

fn write_object(name: &str, value: Value, text: &mut String) {
    text.push_str(&format!("<{name} object at {:#x}>", address(value)));
}

fn qualified_class_name(heap: &Heap, value: Value) -> String {
    match value {
        Value::Instance(instance) => {
            let class = &heap[heap[instance].class];
            format!("{}.{}", class.module, class.qualified_name)
        }
        other => type_name(heap, other).to_string(),
    }
}

fn iterator_name(heap: &Heap, iterator: Ref<Iterator>) -> String {
    match &heap[iterator] {
        Iterator::List(..) => "list_iterator".into(),
        Iterator::ReversedList(..) => "list_reverseiterator".into(),
        Iterator::Tuple(..) => "tuple_iterator".into(),
        Iterator::ReversedTuple(..) | Iterator::ReversedText(..) => "reversed".into(),
        Iterator::Text(text, _) if heap[*text].is_ascii() => "str_ascii_iterator".into(),
        Iterator::Text(..) => "str_iterator".into(),
        Iterator::Range { .. } => "range_iterator".into(),
        Iterator::Dict { view, reversed, .. } => {
            let direction = if *reversed { "reverse" } else { "" };
            let what = match view {
                View::Keys => "key",
                View::Values => "value",
                View::Items => "item",
            };
            format!("dict_{direction}{what}iterator")
        }
        Iterator::Set(..) => "set_iterator".into(),
        Iterator::Array(..) => "array.arrayiterator".into(),
        _ => type_name(heap, Value::Iterator(iterator)).to_string(),
    }
}

/// A value that has others in it: one that is being written already is only hinted at.
fn write_container(machine: &mut Machine, value: Value, text: &mut String) -> Outcome<()> {
    if machine.in_representation.iter().any(|outer| outer.is_same(value)) {
        text.push_str(match value {
            Value::List(_) => "[...]",
            Value::Tuple(_) => "(...)",
            Value::Dict(_) => "{...}",
            _ => "...",
        });
        return Ok(());
    }
    if machine.in_representation.len() >= DEEPEST {
        return Err(too_deep(&mut machine.heap));
    }
    // What is being written may not be collected while a method of the program runs.
    machine.in_representation.push(value);
    machine.roots.push(value);
    let result = write_contents(machine, value, text);
    machine.roots.pop();
    machine.in_representation.pop();
    result
}

fn too_deep(heap: &mut Heap) -> Raised {
    heap.raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded while getting the repr of an object")
}

fn write_contents(machine: &mut Machine, value: Value, text: &mut String) -> Outcome<()> {
    match value {
        Value::List(list) => {
            text.push('[');
            // The list may change its length while a method of the program runs.
            let mut index = 0;
            while let Some(&item) = machine.heap[list].get(index) {
                if index > 0 {
                    text.push_str(", ");
                }
                write(machine, item, text)?;
                index += 1;
            }
            text.push(']');
        }
        Value::Tuple(tuple) => {
            let items = machine.heap[tuple].0.clone();
            write_tuple(machine, &items, text)?;
        }
        Value::Dict(dict) => {
            text.push('{');
            let mut place = 0;
            let mut first = true;
            while let Some((next, key, value)) = table::entry(&machine.heap, dict, place) {
                if !std::mem::take(&mut first) {
                    text.push_str(", ");
                }
                place = next;
                write(machine, key, text)?;
                text.push_str(": ");
                write(machine, value, text)?;
            }
            text.push('}');
        }
        Value::Set(set) => {
            let mut items = Vec::new();
            let mut place = 0;
            while let Some((next, item)) = table::set_entry(&machine.heap, set, place) {
                items.push(item);
                place = next;
            }
            if items.is_empty() {
                text.push_str("set()");
            } else {
                text.push('{');
                write_items(machine, &items, text)?;
                text.push('}');
            }
        }
        Value::Exception(exception) => match own_method(machine, value, "__repr__") {
            Some(method) => text.push_str(&own_text(machine, method, value, "__repr__")?),
            None => {
                text.push_str(&type_name(&machine.heap, value));
                let Exception { class, arguments, .. } = machine.heap[exception].clone();
                // The name of a file is shown in the text only.
                let is_file = built_in_base(&machine.heap, class).is_a(ExceptionKind::OSError);
                let shown = if is_file && (3..=5).contains(&arguments.len()) { 2 } else { arguments.len() };
                let arguments = &arguments[..shown];
                text.push('(');
                write_items(machine, arguments, text)?;
                text.push(')');
            }
        },
        Value::Iterator(iterator) => {
            if let Iterator::View(dict, view) = machine.heap[iterator] {
                write_view(machine, dict, view, text)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn write_view(machine: &mut Machine, dict: Ref<table::Dict>, view: View, text: &mut String) -> Outcome<()> {
    text.push_str(match view {
        View::Keys => "dict_keys([",
        View::Values => "dict_values([",
        View::Items => "dict_items([",
    });
    let mut place = 0;
    let mut first = true;
    while let Some((next, key, value)) = table::entry(&machine.heap, dict, place) {
        if !std::mem::take(&mut first) {
            text.push_str(", ");
        }
        place = next;
        match view {
            View::Keys => write(machine, key, text)?,
            View::Values => write(machine, value, text)?,
            View::Items => write_tuple(machine, &[key, value], text)?,
        }
    }
    text.push_str("])");
    Ok(())
}

fn write_items(machine: &mut Machine, items: &[Value], text: &mut String) -> Outcome<()> {
    for (index, &item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write(machine, item, text)?;
    }
    Ok(())
}

fn write_tuple(machine: &mut Machine, items: &[Value], text: &mut String) -> Outcome<()> {
    text.push('(');
    write_items(machine, items, text)?;
    text.push_str(if items.len() == 1 { ",)" } else { ")" });
    Ok(())
}

fn write_array(machine: &mut Machine, value: Value, text: &mut String) -> Outcome<()> {
    let Value::Array(place) = value else { return Ok(()) };
    let array = &machine.heap[place];
    let items: Vec<String> = match &array.numbers {
        Numbers::Integers(numbers) => numbers.iter().map(i64::to_string).collect(),
        Numbers::Unsigned(numbers) => numbers.iter().map(u64::to_string).collect(),
        Numbers::Single(numbers) => numbers.iter().map(|&number| float(f64::from(number))).collect(),
        Numbers::Double(numbers) => numbers.iter().map(|&number| float(number)).collect(),
    };
    text.push_str(&match items.is_empty() {
        true => format!("array('{}')", array.letter),
        false => format!("array('{}', [{}])", array.letter, items.join(", ")),
    });
    Ok(())
}
