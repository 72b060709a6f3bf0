//! Attributes of built-in values that are no methods: `z.real`, `error.args`.

use crate::describe::type_of;
use crate::error::ExceptionKind;
use crate::heap::Heap;
use crate::objects::Exception;
use crate::value::{Ref, Value};

use super::tables::BUILTINS;

/// The value of an attribute that belongs to the value's type and is no method.
pub fn attribute(heap: &mut Heap, value: Value, name: &str) -> Option<Value> {
    match (value, name) {
        (_, "__class__") => class_of(heap, value),
        (Value::Bool(truth), "real" | "numerator") => Some(Value::Int(truth.into())),
        (Value::Int(_) | Value::Big(_), "real" | "numerator") | (Value::Float(_), "real") => Some(value),
        (Value::Bool(_) | Value::Int(_) | Value::Big(_), "imag") => Some(Value::Int(0)),
        (Value::Bool(_) | Value::Int(_) | Value::Big(_), "denominator") => Some(Value::Int(1)),
        (Value::Float(_), "imag") => Some(Value::Float(0.0)),
        (Value::Complex(real, _), "real") => Some(Value::Float(real)),
        (Value::Complex(_, imaginary), "imag") => Some(Value::Float(imaginary)),
        (Value::Range(range), "start") => Some(Value::Int(heap[range].start)),
        (Value::Range(range), "stop") => Some(Value::Int(heap[range].stop)),
        (Value::Range(range), "step") => Some(Value::Int(heap[range].step)),
        (Value::Slice(slice), "start") => Some(heap[slice].start),
        (Value::Slice(slice), "stop") => Some(heap[slice].stop),
        (Value::Slice(slice), "step") => Some(heap[slice].step),
        (Value::Exception(exception), _) => exception_attribute(heap, exception, name),
        (_, "__name__" | "__qualname__") => own_name(heap, value, name),
        _ => None,
    }
}

fn class_of(heap: &Heap, value: Value) -> Option<Value> {
    match value {
        Value::Instance(instance) => Some(Value::Class(heap[instance].class)),
        Value::Exception(exception) => Some(heap[exception].class),
        _ => type_of(heap, value).map(Value::Type),
    }
}

fn own_name(heap: &mut Heap, value: Value, name: &str) -> Option<Value> {
    let text = match value {
        Value::Type(kind) => kind.name().into(),
        Value::ExceptionType(kind) => kind.name().into(),
        Value::Builtin(id) => BUILTINS.get(usize::from(id.0))?.name.into(),
        Value::Class(class) if name == "__name__" => heap[class].name.clone(),
        Value::Class(class) => heap[class].qualified_name.clone(),
        Value::Function(function) if name == "__name__" => heap[function].code.name.clone(),
        Value::Function(function) => heap[function].qualified_name.clone(),
        Value::Module(module) if name == "__name__" => heap[module].name.clone(),
        _ => return None,
    };
    Some(heap.text(text))
}

fn exception_attribute(heap: &mut Heap, place: Ref<Exception>, name: &str) -> Option<Value> {
    let exception = &heap[place];
    let or_none = |value: Value| if value.is_bound() { value } else { Value::None };
    let argument = |index: usize| exception.arguments.get(index).copied().unwrap_or(Value::None);
    match name {
        "args" => {
            let arguments = exception.arguments.clone();
            return Some(heap.tuple(arguments));
        }
        "__cause__" => return Some(or_none(exception.cause)),
        "__context__" => return Some(or_none(exception.context)),
        "__suppress_context__" => return Some(Value::Bool(exception.suppress_context)),
        _ => {}
    }
    let kind = built_in_kind(heap, exception.class)?;
    match name {
        "value" if kind.is_a(ExceptionKind::StopIteration) => Some(argument(0)),
        "code" if kind.is_a(ExceptionKind::SystemExit) => Some(match *exception.arguments {
            [] => Value::None,
            [code] => code,
            _ => {
                let arguments = exception.arguments.clone();
                heap.tuple(arguments)
            }
        }),
        "errno" | "strerror" if kind.is_a(ExceptionKind::OSError) => {
            Some(if exception.arguments.len() < 2 { Value::None } else { argument(usize::from(name == "strerror")) })
        }
        _ => None,
    }
}

/// The built-in class that a class of exceptions is or is derived from.
fn built_in_kind(heap: &Heap, mut class: Value) -> Option<ExceptionKind> {
    use crate::objects::Base;
    loop {
        class = match class {
            Value::ExceptionType(kind) => return Some(kind),
            Value::Class(place) => match heap[place].base {
                Base::Exception(kind) => return Some(kind),
                Base::Class(base) => Value::Class(base),
                Base::Object => return None,
            },
            _ => return None,
        };
    }
}
