//! What happens when a built-in type is called: `int("5")`, `list(range(3))`.

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::iteration;
use crate::objects::{Base, Class, Exception, Instance, Iterator, List, Range};
use crate::operators;
use crate::state::{Arguments, Machine};
use crate::table::{Dict, Set};
use crate::text;
use crate::value::{Type, Value};

use super::arguments::{Named, fill, miscounted, unknown_keyword};
use super::operands::{index_argument, integer};
use super::sets;

/// Calls a built-in type.
pub fn construct(machine: &mut Machine, kind: Type, arguments: Arguments<'_>) -> Outcome<Value> {
    match kind {
        Type::Int => make_int(machine, arguments),
        Type::Str => make_str(machine, arguments),
        Type::Complex => make_complex(machine, arguments),
        Type::Dict => make_dict(machine, arguments),
        Type::Enumerate => make_enumerate(machine, arguments),
        Type::Zip => make_zip(machine, arguments),
        Type::Object => make_object(machine, arguments),
        Type::Float => {
            let value = counted(machine, kind, arguments, 0, 1)?[0];
            make_float(machine, value)
        }
        Type::Bool => {
            let value = counted(machine, kind, arguments, 0, 1)?[0];
            Ok(Value::Bool(value.is_bound() && operators::truth(&machine.heap, value)))
        }
        Type::List => {
            let iterable = counted(machine, kind, arguments, 0, 1)?[0];
            let items = if iterable.is_bound() { iteration::collect(machine, iterable)? } else { Vec::new() };
            Ok(machine.heap.list(items))
        }
        Type::Tuple => {
            let iterable = counted(machine, kind, arguments, 0, 1)?[0];
            match iterable {
                Value::Tuple(_) => Ok(iterable),
                Value::Unbound => Ok(machine.heap.tuple([])),
                _ => {
                    let items = iteration::collect(machine, iterable)?;
                    Ok(machine.heap.tuple(items))
                }
            }
        }
        Type::Set => {
            let iterable = counted(machine, kind, arguments, 0, 1)?[0];
            let set = machine.heap.allocate(Set::default());
            if iterable.is_bound() {
                sets::update_with(machine, set, iterable)?;
            }
            Ok(Value::Set(set))
        }
        Type::Range => {
            let bounds = counted(machine, kind, arguments, 1, 3)?;
            make_range(machine, bounds)
        }
        Type::Reversed => {
            let sequence = counted(machine, kind, arguments, 1, 1)?[0];
            iteration::reversed(machine, sequence)
        }
        _ => Err(machine.heap.type_error(format!("cannot create '{}' instances", kind.name()))),
    }
}

/// Calls a built-in class of exceptions.
pub fn construct_exception(machine: &mut Machine, kind: ExceptionKind, arguments: Arguments<'_>) -> Outcome<Value> {
    if !arguments.keywords.is_empty() {
        return Err(machine.heap.type_error(format!("{}() takes no keyword arguments", kind.name())));
    }
    let kind = match arguments.positional {
        [Value::Int(number), _, ..] if kind == ExceptionKind::OSError => match number {
            1 | 13 => ExceptionKind::PermissionError,
            2 => ExceptionKind::FileNotFoundError,
            17 => ExceptionKind::FileExistsError,
            110 => ExceptionKind::TimeoutError,
            _ => kind,
        },
        _ => kind,
    };
    let exception = Exception::new(Value::ExceptionType(kind), arguments.positional.to_vec());
    Ok(Value::Exception(machine.heap.allocate(exception)))
}

/// Arguments without names at their places.
fn counted(
    machine: &mut Machine,
    kind: Type,
    arguments: Arguments<'_>,
    least: usize,
    most: usize,
) -> Outcome<[Value; 3]> {
    if !arguments.keywords.is_empty() {
        return Err(machine.heap.type_error(format!("{}() takes no keyword arguments", kind.name())));
    }
    let given = arguments.positional.len();
    if given < least || given > most {
        return Err(miscounted(machine, kind.name(), least, most, given));
    }
    let mut places = [Value::Unbound; 3];
    places[..given].copy_from_slice(arguments.positional);
    Ok(places)
}

fn make_int(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const NAMES: Named = Named { names: &["", "base"], required: 0, positional: 2 };
    let mut places = [Value::Unbound; 2];
    fill(machine, "int", NAMES, arguments, &mut places)?;
    let [value, base] = places;
    if base.is_bound() {
        if !value.is_bound() {
            return Err(machine.heap.type_error("int() missing string argument"));
        }
        let base = match base {
            Value::Big(_) => -1,
            base => index_argument(machine, base)?,
        };
        if base != 0 && !(2..=36).contains(&base) {
            return Err(machine.heap.value_error("int() base must be >= 2 and <= 36, or 0"));
        }
        let Value::Str(text) = value else {
            return Err(machine.heap.type_error("int() can't convert non-string with explicit base"));
        };
        let text = machine.heap[text].shared();
        return operators::parse_integer(&mut machine.heap, &text, base);
    }
    match value {
        Value::Unbound => Ok(Value::Int(0)),
        Value::Int(_) | Value::Big(_) => Ok(value),
        Value::Bool(truth) => Ok(Value::Int(truth.into())),
        Value::Float(number) => operators::truncated(&mut machine.heap, number),
        Value::Str(text) => {
            let text = machine.heap[text].shared();
            operators::parse_integer(&mut machine.heap, &text, 10)
        }
        _ => Err(refused(machine, "int() argument must be a string, a bytes-like object or a real number, not", value)),
    }
}

/// A text that ends with the name of the value's type in quotes.
fn refused(machine: &mut Machine, text: &str, value: Value) -> Raised {
    let name = type_name(&machine.heap, value);
    machine.heap.type_error(format!("{text} '{name}'"))
}

fn make_float(machine: &mut Machine, value: Value) -> Outcome<Value> {
    match value {
        Value::Unbound => Ok(Value::Float(0.0)),
        Value::Str(text) => {
            let text = machine.heap[text].shared();
            operators::parse_float(&mut machine.heap, &text).map(Value::Float)
        }
        _ => match operators::to_float(&mut machine.heap, value)? {
            Some(number) => Ok(Value::Float(number)),
            None => Err(refused(machine, "float() argument must be a string or a real number, not", value)),
        },
    }
}

fn make_complex(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const NAMES: Named = Named { names: &["real", "imag"], required: 0, positional: 2 };
    let mut places = [Value::Unbound; 2];
    fill(machine, "complex", NAMES, arguments, &mut places)?;
    let [first, second] = places;
    if let Value::Str(text) = first {
        if second.is_bound() {
            return Err(machine.heap.type_error("complex() can't take second arg if first is a string"));
        }
        let text = machine.heap[text].shared();
        return operators::parse_complex(&mut machine.heap, &text);
    }
    if let Value::Str(_) = second {
        return Err(machine.heap.type_error("complex() second arg can't be a string"));
    }
    let is_number =
        |value| matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Complex(..) | Value::Big(_));
    if first.is_bound() && !is_number(first) {
        return Err(refused(machine, "complex() first argument must be a string or a number, not", first));
    }
    if second.is_bound() && !is_number(second) {
        return Err(refused(machine, "complex() second argument must be a number, not", second));
    }
    let (real, turned) = complex_part(machine, first)?;
    if !second.is_bound() {
        return Ok(Value::Complex(real, turned));
    }
    let (imaginary, taken) = complex_part(machine, second)?;
    let real = if matches!(second, Value::Complex(..)) { real - taken } else { real };
    let imaginary = if matches!(first, Value::Complex(..)) { imaginary + turned } else { imaginary };
    Ok(Value::Complex(real, imaginary))
}

fn complex_part(machine: &mut Machine, value: Value) -> Outcome<(f64, f64)> {
    match value {
        Value::Complex(real, imaginary) => Ok((real, imaginary)),
        value => Ok((operators::to_float(&mut machine.heap, value)?.unwrap_or(0.0), 0.0)),
    }
}

fn make_str(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const NAMES: Named = Named { names: &["object", "encoding", "errors"], required: 0, positional: 3 };
    let mut places = [Value::Unbound; 3];
    fill(machine, "str", NAMES, arguments, &mut places)?;
    let [object, encoding, errors] = places;
    for (name, value) in [("encoding", encoding), ("errors", errors)] {
        if value.is_bound() && !matches!(value, Value::Str(_)) {
            let found = type_name(&machine.heap, value);
            return Err(machine.heap.type_error(format!("str() argument '{name}' must be str, not {found}")));
        }
    }
    match object {
        Value::Unbound => Ok(machine.heap.text("")),
        Value::Str(_) if encoding.is_bound() || errors.is_bound() => {
            Err(machine.heap.type_error("decoding str is not supported"))
        }
        _ if encoding.is_bound() || errors.is_bound() => {
            let found = type_name(&machine.heap, object);
            Err(machine.heap.type_error(format!("decoding to str: need a bytes-like object, {found} found")))
        }
        Value::Str(_) => Ok(object),
        _ => {
            let text = text::str(machine, object)?;
            Ok(machine.heap.text(text))
        }
    }
}

fn make_dict(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let dict = machine.heap.allocate(Dict::default());
    let roots = machine.roots.len();
    machine.roots.push(Value::Dict(dict));
    let outcome = super::dicts::update_with(machine, "dict", dict, arguments);
    machine.roots.truncate(roots);
    outcome.map(|()| Value::Dict(dict))
}

fn make_range(machine: &mut Machine, bounds: [Value; 3]) -> Outcome<Value> {
    let [first, second, step] = bounds;
    let (start, stop) = if second.is_bound() {
        (index_argument(machine, first)?, index_argument(machine, second)?)
    } else {
        (0, index_argument(machine, first)?)
    };
    let step = if step.is_bound() { index_argument(machine, step)? } else { 1 };
    if step == 0 {
        return Err(machine.heap.value_error("range() arg 3 must not be zero"));
    }
    Ok(Value::Range(machine.heap.allocate(Range { start, stop, step })))
}

fn make_enumerate(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let Arguments { positional, keywords } = arguments;
    let (mut iterable, mut start) = match *positional {
        [] => (Value::Unbound, Value::Unbound),
        [iterable] => (iterable, Value::Unbound),
        [iterable, start, ..] => (iterable, start),
    };
    let given = positional.len() + keywords.len();
    if given == 0 {
        return Err(machine.heap.type_error("enumerate() missing required argument 'iterable'"));
    }
    if given > 2 {
        return Err(machine.heap.type_error(format!("enumerate() takes at most 2 arguments ({given} given)")));
    }
    for &(symbol, value) in keywords {
        let keyword = machine.names.text(symbol).clone();
        match &*keyword {
            "start" if given == 2 => start = value,
            "iterable" if !iterable.is_bound() => iterable = value,
            _ => return Err(unknown_keyword(machine, "enumerate", &keyword)),
        }
    }
    let start = if start.is_bound() { integer(machine, start)? } else { 0.into() };
    let inner = iteration::iterator(machine, iterable)?;
    let start = machine.heap.integer(start);
    Ok(Value::Iterator(machine.heap.allocate(Iterator::Enumerate(inner, start))))
}

fn make_zip(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let Arguments { positional, keywords } = arguments;
    let mut strict = false;
    if keywords.len() > 1 {
        let text = format!("zip() takes at most 1 keyword argument ({} given)", keywords.len());
        return Err(machine.heap.type_error(text));
    }
    for &(symbol, value) in keywords {
        let keyword = machine.names.text(symbol).clone();
        match &*keyword {
            "strict" => strict = operators::truth(&machine.heap, value),
            _ => return Err(unknown_keyword(machine, "zip", &keyword)),
        }
    }
    let mut iterators = Vec::with_capacity(positional.len());
    for &iterable in positional {
        iterators.push(iteration::iterator(machine, iterable)?);
    }
    Ok(Value::Iterator(machine.heap.allocate(Iterator::Zip(iterators.into(), strict))))
}

/// `object()`: an object without attributes, equal to itself only.
fn make_object(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    if !arguments.positional.is_empty() || !arguments.keywords.is_empty() {
        return Err(machine.heap.type_error("object() takes no arguments"));
    }
    let class = machine.heap.allocate(Class {
        name: "object".into(),
        qualified_name: "object".into(),
        module: "builtins".into(),
        base: Base::Object,
        attributes: Vec::new(),
        slots: Some(Box::default()),
        layout: Vec::new(),
    });
    Ok(Value::Instance(machine.heap.allocate(Instance { attributes: List::default(), class })))
}
