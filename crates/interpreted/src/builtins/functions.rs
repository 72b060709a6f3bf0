//! The built-in functions that are no types: `len`, `max`, `print` and the others.

use std::ops::ControlFlow;

use crate::bytecode::Comparison;
use crate::describe::{type_name, type_of};
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::iteration;
use crate::objects::Base;
use crate::operators;
use crate::state::{Arguments, Machine};
use crate::text;
use crate::value::{Type, Value};

use super::arguments::{miscounted, unknown_keyword};

/// `len(object)`
pub(super) fn len(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    operators::length(&mut machine.heap, arguments.positional[0]).map(Value::Int)
}

/// `abs(number)`
pub(super) fn abs(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    operators::absolute(&mut machine.heap, arguments.positional[0])
}

/// `divmod(left, right)`
pub(super) fn divmod(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    operators::divide_modulo(machine, arguments.positional[0], arguments.positional[1])
}

/// `round(number, ndigits=None)`
pub(super) fn round(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let places = Some(arguments.positional[1]).filter(|places| !matches!(places, Value::None | Value::Unbound));
    operators::rounded(&mut machine.heap, arguments.positional[0], places)
}

/// `repr(object)`
pub(super) fn repr(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let written = text::repr(machine, arguments.positional[0])?;
    Ok(machine.heap.text(written))
}

/// `any(iterable)`
pub(super) fn any(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    search_truth(machine, arguments.positional[0], true)
}

/// `all(iterable)`
pub(super) fn all(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    search_truth(machine, arguments.positional[0], false)
}

/// Goes through an iterable up to an element of this truth.
fn search_truth(machine: &mut Machine, iterable: Value, wanted: bool) -> Outcome<Value> {
    let mut found = false;
    iteration::for_each(machine, iterable, |machine, element| {
        found = operators::truth(&machine.heap, element) == wanted;
        Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(Value::Bool(found == wanted))
}

/// `sum(iterable, start=0)`
pub(super) fn sum(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (iterable, start) = (arguments.positional[0], arguments.positional[1]);
    if let Value::Str(_) = start {
        iteration::iterator(machine, iterable)?;
        return Err(machine.heap.type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    let place = machine.roots.len();
    machine.roots.push(if start.is_bound() { start } else { Value::Int(0) });
    let outcome = iteration::for_each(machine, iterable, |machine, element| {
        machine.roots[place] = operators::add(machine, machine.roots[place], element)?;
        Ok(ControlFlow::Continue(()))
    });
    let total = machine.roots[place];
    machine.roots.truncate(place);
    outcome.map(|()| total)
}

/// `min(iterable, *, key=None, default=...)`, `min(a, b, ...)`
pub(super) fn min(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    extreme(machine, arguments, "min", Comparison::Less)
}

/// `max(iterable, *, key=None, default=...)`, `max(a, b, ...)`
pub(super) fn max(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    extreme(machine, arguments, "max", Comparison::Greater)
}

fn extreme(machine: &mut Machine, arguments: Arguments<'_>, name: &str, better: Comparison) -> Outcome<Value> {
    if arguments.positional.is_empty() {
        return Err(miscounted(machine, name, 1, usize::MAX, 0));
    }
    let (mut key, mut default) = (Value::None, Value::Unbound);
    for &(symbol, value) in arguments.keywords {
        let keyword = machine.names.text(symbol).clone();
        match &*keyword {
            "key" => key = value,
            "default" => default = value,
            _ => return Err(unknown_keyword(machine, name, &keyword)),
        }
    }
    let several = arguments.positional.len() > 1;
    if several && default.is_bound() {
        let text = format!("Cannot specify a default for {name}() with multiple positional arguments");
        return Err(machine.heap.type_error(text));
    }
    let place = machine.roots.len();
    machine.roots.extend([Value::Unbound, Value::Unbound]);
    let consider = |machine: &mut Machine, element: Value| {
        let weight = if matches!(key, Value::None) { element } else { machine.call(key, &[element])? };
        let best = machine.roots[place + 1];
        if !best.is_bound() || operators::compare(machine, better, weight, best)? {
            machine.roots[place] = element;
            machine.roots[place + 1] = weight;
        }
        Ok(ControlFlow::Continue(()))
    };
    let outcome = if several {
        arguments.positional.iter().try_for_each(|&element| consider(machine, element).map(drop))
    } else {
        iteration::for_each(machine, arguments.positional[0], consider)
    };
    let best = machine.roots[place];
    machine.roots.truncate(place);
    outcome?;
    match (best.is_bound(), default.is_bound()) {
        (true, _) => Ok(best),
        (false, true) => Ok(default),
        (false, false) => Err(machine.heap.value_error(format!("{name}() arg is an empty sequence"))),
    }
}

/// `print(*objects, sep=' ', end='\n', file=None, flush=False)`
pub(super) fn print(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let [mut separator, mut end, mut file, mut flush] = [Value::None; 4];
    for &(symbol, value) in arguments.keywords {
        let keyword = machine.names.text(symbol).clone();
        match &*keyword {
            "sep" => separator = value,
            "end" => end = value,
            "file" => file = value,
            "flush" => flush = value,
            _ => return Err(unknown_keyword(machine, "print", &keyword)),
        }
    }
    let separator = print_option(&mut machine.heap, "sep", separator, " ")?;
    let end = print_option(&mut machine.heap, "end", end, "\n")?;
    if !matches!(file, Value::None) {
        let name = type_name(&machine.heap, file);
        let text = format!("'{name}' object has no attribute 'write'");
        return Err(machine.heap.raise(ExceptionKind::AttributeError, text));
    }
    for (index, &value) in arguments.positional.iter().enumerate() {
        if index > 0 {
            machine.write(&separator)?;
        }
        let written = text::str(machine, value)?;
        machine.write(&written)?;
    }
    machine.write(&end)?;
    if operators::truth(&machine.heap, flush)
        && let Err(error) = machine.output.flush()
    {
        return Err(machine.output_error(&error));
    }
    Ok(Value::None)
}

fn print_option(heap: &mut Heap, name: &str, value: Value, usual: &str) -> Outcome<std::rc::Rc<str>> {
    match value {
        Value::None => Ok(usual.into()),
        Value::Str(text) => Ok(heap[text].shared()),
        _ => {
            let kind = type_name(heap, value);
            Err(heap.type_error(format!("{name} must be None or a string, not {kind}")))
        }
    }
}

/// `isinstance(object, class_or_tuple)`
pub(super) fn isinstance(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (object, classes) = (arguments.positional[0], arguments.positional[1]);
    is_instance(&mut machine.heap, object, classes, 0).map(Value::Bool)
}

/// How deep tuples of classes may lie within one another.
const MAXIMUM_DEPTH: usize = 990;

fn is_instance(heap: &mut Heap, object: Value, classes: Value, depth: usize) -> Outcome<bool> {
    match classes {
        Value::Type(Type::Object) => Ok(true),
        Value::Type(kind) => {
            let found = type_of(heap, object);
            Ok(found == Some(kind) || (kind == Type::Int && found == Some(Type::Bool)))
        }
        Value::Class(_) | Value::ExceptionType(_) => Ok(has_class(heap, object, classes)),
        Value::CythonType(_) => Ok(false),
        Value::Tuple(tuple) if depth < MAXIMUM_DEPTH => {
            for index in 0..heap[tuple].0.len() {
                let class = heap[tuple].0[index];
                if is_instance(heap, object, class, depth + 1)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Tuple(_) => Err(too_deep(heap)),
        _ => Err(heap.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")),
    }
}

fn too_deep(heap: &mut Heap) -> Raised {
    heap.raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded in __instancecheck__")
}

/// Whether the class of an object is this one or derived from it.
fn has_class(heap: &Heap, object: Value, wanted: Value) -> bool {
    let mut class = match object {
        Value::Instance(instance) => Value::Class(heap[instance].class),
        Value::Exception(exception) => heap[exception].class,
        _ => return false,
    };
    loop {
        class = match (class, wanted) {
            (Value::Class(class), Value::Class(wanted)) if class == wanted => return true,
            (Value::ExceptionType(kind), Value::ExceptionType(wanted)) => return kind.is_a(wanted),
            (Value::Class(class), _) => match heap[class].base {
                Base::Class(base) => Value::Class(base),
                Base::Exception(kind) => Value::ExceptionType(kind),
                Base::Object => return false,
            },
            _ => return false,
        };
    }
}
