//! What type a value is of, as Python names it.

use std::rc::Rc;

use crate::heap::Heap;
use crate::objects::{Iterator, View};
use crate::value::{Type, Value};

/// The built-in type of a value; `None` for an object of a class of the program, an exception, a class.
pub fn type_of(heap: &Heap, value: Value) -> Option<Type> {
    Some(match value {
        Value::Unbound | Value::Cell(_) => Type::Cell,
        Value::None => Type::NoneType,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) | Value::Big(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::Complex(..) => Type::Complex,
        Value::RangeIterator { .. } | Value::ListIterator { .. } => Type::Iterator,
        Value::Str(_) => Type::Str,
        Value::List(_) => Type::List,
        Value::Tuple(_) => Type::Tuple,
        Value::Dict(_) => Type::Dict,
        Value::Set(_) => Type::Set,
        Value::Range(_) => Type::Range,
        Value::Slice(_) => Type::Slice,
        Value::Function(_) => Type::Function,
        Value::Builtin(_) | Value::BuiltinMethod(_) => Type::BuiltinFunction,
        Value::BoundMethod(_) => Type::Method,
        Value::Type(_) | Value::Class(_) | Value::ExceptionType(_) | Value::CythonType(_) => Type::Type,
        Value::Module(_) => Type::Module,
        Value::Iterator(iterator) => match &heap[iterator] {
            Iterator::Enumerate(..) => Type::Enumerate,
            Iterator::Zip(..) => Type::Zip,
            Iterator::ReversedList(..) | Iterator::ReversedTuple(..) | Iterator::ReversedText(..) => Type::Reversed,
            Iterator::View(_, View::Keys) => Type::DictKeys,
            Iterator::View(_, View::Values) => Type::DictValues,
            Iterator::View(_, View::Items) => Type::DictItems,
            _ => Type::Iterator,
        },
        Value::Generator(_) => Type::Generator,
        Value::Array(_) => Type::Array,
        Value::DateTime(_) => Type::DateTime,
        Value::TimeDelta(_) => Type::TimeDelta,
        Value::Instance(_) | Value::Exception(_) => return None,
    })
}

/// The name of a value's type: `int`, `NoneType`, `Particle`, `ZeroDivisionError`.
pub fn type_name(heap: &Heap, value: Value) -> Rc<str> {
    match value {
        Value::Instance(instance) => heap[heap[instance].class].name.clone(),
        Value::Exception(exception) => match heap[exception].class {
            Value::Class(class) => heap[class].name.clone(),
            Value::ExceptionType(kind) => kind.name().into(),
            _ => "BaseException".into(),
        },
        value => type_of(heap, value).map_or("object", Type::name).into(),
    }
}
