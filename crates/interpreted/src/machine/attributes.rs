//! Attributes: what `object.name` means for each kind of object, and how it is stored.

use std::rc::Rc;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::library;
use crate::names::Symbol;
use crate::objects::{Base, BoundMethod, Class, Exception, Instance};
use crate::state::Machine;
use crate::value::{Ref, Type, Value};

/// What a class or what it is derived from binds a name to.
pub(crate) fn class_attribute(heap: &Heap, class: Ref<Class>, name: Symbol) -> Option<Value> {
    let mut class = class;
    loop {
        let object = &heap[class];
        if let Some(&(_, value)) = object.attributes.iter().find(|&&(known, _)| known == name) {
            return Some(value);
        }
        match object.base {
            Base::Class(base) => class = base,
            Base::Object | Base::Exception(_) => return None,
        }
    }
}

/// The built-in class of exceptions that a class is derived from, if it is.
pub(crate) fn exception_base(heap: &Heap, class: Ref<Class>) -> Option<ExceptionKind> {
    let mut class = class;
    loop {
        match heap[class].base {
            Base::Class(base) => class = base,
            Base::Exception(kind) => return Some(kind),
            Base::Object => return None,
        }
    }
}

/// Whether a class is `other` or derived from it.
pub(crate) fn is_subclass(heap: &Heap, class: Value, other: Value) -> bool {
    match (class, other) {
        (Value::ExceptionType(kind), Value::ExceptionType(other)) => kind.is_a(other),
        (Value::Class(_), Value::Type(Type::Object)) | (Value::ExceptionType(_), Value::Type(Type::Object)) => true,
        (Value::Class(class), Value::ExceptionType(other)) => {
            exception_base(heap, class).is_some_and(|kind| kind.is_a(other))
        }
        (Value::Class(class), Value::Class(other)) => {
            let mut class = class;
            loop {
                if class == other {
                    return true;
                }
                match heap[class].base {
                    Base::Class(base) => class = base,
                    Base::Object | Base::Exception(_) => return false,
                }
            }
        }
        _ => false,
    }
}

/// The place of an attribute in an object, if the object has it.
pub(crate) fn place_of(heap: &Heap, instance: Ref<Instance>, name: Symbol) -> Option<usize> {
    let object = &heap[instance];
    let place = heap[object.class].layout.iter().position(|&known| known == name)?;
    object.attributes.get(place).is_some_and(|value| value.is_bound()).then_some(place)
}

/// Binds what a class has to an object: a function becomes a method, all else stays as it is.
fn bind(heap: &mut Heap, value: Value, object: Value) -> Value {
    match value {
        Value::Function(function) => Value::BoundMethod(heap.allocate(BoundMethod { function, object })),
        value => value,
    }
}

/// `object.name`.
pub(crate) fn load(machine: &mut Machine, object: Value, name: Symbol) -> Outcome<Value> {
    let found = match object {
        Value::Instance(instance) => match place_of(&machine.heap, instance, name) {
            Some(place) => Some(machine.heap[instance].attributes[place]),
            None => class_attribute(&machine.heap, machine.heap[instance].class, name)
                .map(|value| bind(&mut machine.heap, value, object)),
        },
        Value::Class(class) => class_attribute(&machine.heap, class, name).or_else(|| class_name(machine, class, name)),
        Value::Module(module) => machine.heap[module].get(name),
        Value::Exception(exception) => exception_attribute(machine, exception, name),
        object => builtin_attribute(machine, object, name),
    };
    found.ok_or_else(|| missing(machine, object, name))
}

fn class_name(machine: &mut Machine, class: Ref<Class>, name: Symbol) -> Option<Value> {
    let class = &machine.heap[class];
    let text = match &**machine.names.text(name) {
        "__name__" => class.name.clone(),
        "__qualname__" => class.qualified_name.clone(),
        "__module__" => class.module.clone(),
        _ => return None,
    };
    Some(machine.heap.text(text))
}

fn exception_attribute(machine: &mut Machine, exception: Ref<Exception>, name: Symbol) -> Option<Value> {
    let object = &machine.heap[exception];
    if let Some(&(_, value)) = object.attributes.iter().find(|&&(known, _)| known == name) {
        return Some(value);
    }
    if let Value::Class(class) = object.class
        && let Some(value) = class_attribute(&machine.heap, class, name)
    {
        return Some(bind(&mut machine.heap, value, Value::Exception(exception)));
    }
    let optional = |value: Value| Some(if value.is_bound() { value } else { Value::None });
    let object = &machine.heap[exception];
    match &**machine.names.text(name) {
        "args" => {
            let arguments = object.arguments.clone();
            Some(machine.heap.tuple(arguments))
        }
        "__cause__" => optional(object.cause),
        "__context__" => optional(object.context),
        "__suppress_context__" => Some(Value::Bool(object.suppress_context)),
        "value" if is_subclass(&machine.heap, object.class, Value::ExceptionType(ExceptionKind::StopIteration)) => {
            optional(object.arguments.first().copied().unwrap_or_default())
        }
        "code" if is_subclass(&machine.heap, object.class, Value::ExceptionType(ExceptionKind::SystemExit)) => {
            match object.arguments[..] {
                [] => Some(Value::None),
                [code] => Some(code),
                _ => {
                    let arguments = object.arguments.clone();
                    Some(machine.heap.tuple(arguments))
                }
            }
        }
        _ => None,
    }
}

fn builtin_attribute(machine: &mut Machine, object: Value, name: Symbol) -> Option<Value> {
    let text: Rc<str> = machine.names.text(name).clone();
    if let Value::Type(kind) = object {
        let found = library::type_attribute(machine, kind, &text);
        return found.or_else(|| (&*text == "__name__").then(|| machine.heap.text(kind.name())));
    }
    match object {
        Value::ExceptionType(kind) if &*text == "__name__" => return Some(machine.heap.text(kind.name())),
        Value::Function(function) if &*text == "__name__" => {
            let name = machine.heap[function].code.name.clone();
            return Some(machine.heap.text(name));
        }
        Value::Function(function) if &*text == "__qualname__" => {
            let name = machine.heap[function].qualified_name.clone();
            return Some(machine.heap.text(name));
        }
        _ => {}
    }
    library::attribute(machine, object, &text)
}

/// The error for an attribute that is not there.
#[cold]
fn missing(machine: &mut Machine, object: Value, symbol: Symbol) -> Raised {
    let name = machine.names.text(symbol).clone();
    let text = match object {
        Value::Module(module) => format!("module '{}' has no attribute '{name}'", machine.heap[module].name),
        Value::Class(class) => format!("type object '{}' has no attribute '{name}'", machine.heap[class].name),
        Value::Type(kind) => format!("type object '{}' has no attribute '{name}'", kind.name()),
        Value::ExceptionType(kind) => format!("type object '{}' has no attribute '{name}'", kind.name()),
        object => format!("'{}' object has no attribute '{name}'", type_name(&machine.heap, object)),
    };
    let raised = machine.heap.raise(ExceptionKind::AttributeError, text);
    machine.heap[raised.0].missing = Some((symbol, object));
    raised
}

/// The names of all attributes of an object, sorted: Python's `dir`, without the special ones of built-in types.
pub(crate) fn names_of(machine: &Machine, object: Value) -> Vec<Rc<str>> {
    let heap = &machine.heap;
    let mut names = Vec::new();
    let mut class = match object {
        Value::Instance(instance) => {
            let own = heap[heap[instance].class].layout.iter().zip(heap[instance].attributes.iter());
            names.extend(own.filter(|(_, value)| value.is_bound()).map(|(&name, _)| name));
            Some(heap[instance].class)
        }
        Value::Class(class) => Some(class),
        Value::Module(module) => {
            let module = &heap[module];
            names.extend(
                module.names.iter().zip(&module.values).filter(|(_, value)| value.is_bound()).map(|(&name, _)| name),
            );
            None
        }
        _ => None,
    };
    while let Some(known) = class {
        names.extend(heap[known].attributes.iter().map(|&(name, _)| name));
        class = if let Base::Class(base) = heap[known].base { Some(base) } else { None };
    }
    let mut names: Vec<Rc<str>> = names.into_iter().map(|name| machine.names.text(name).clone()).collect();
    names.extend(library::attribute_names(heap, object).into_iter().map(Rc::from));
    names.sort();
    names
}

/// `object.name = value`.
pub(crate) fn store(machine: &mut Machine, object: Value, name: Symbol, value: Value) -> Outcome<()> {
    match object {
        Value::Instance(instance) => return store_in_instance(machine, instance, name, value),
        Value::Class(class) => {
            machine.execution.version += 1;
            let attributes = &mut machine.heap[class].attributes;
            match attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, place)) => *place = value,
                None => attributes.push((name, value)),
            }
            return Ok(());
        }
        Value::Module(module) => {
            machine.execution.module_changes += 1;
            let module = &mut machine.heap[module];
            match module.place(name) {
                Some(place) => module.values[place] = value,
                None => {
                    module.names.push(name);
                    module.values.push(value);
                    module.fallback.push(Value::Unbound);
                }
            }
            return Ok(());
        }
        Value::Exception(exception) => {
            let attributes = &mut machine.heap[exception].attributes;
            match attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, place)) => *place = value,
                None => attributes.push((name, value)),
            }
            return Ok(());
        }
        _ => {}
    }
    Err(cannot_store(machine, object, name))
}

/// The error for an attribute that cannot be stored or deleted.
#[cold]
fn cannot_store(machine: &mut Machine, object: Value, name: Symbol) -> Raised {
    let text = machine.names.text(name).clone();
    if let Value::Type(kind) = object {
        return machine.heap.type_error(format!("cannot set '{text}' attribute of immutable type '{}'", kind.name()));
    }
    if let Value::ExceptionType(kind) = object {
        return machine.heap.type_error(format!("cannot set '{text}' attribute of immutable type '{}'", kind.name()));
    }
    match builtin_attribute(machine, object, name) {
        Some(Value::Float(_)) if matches!(object, Value::Complex(..)) => {
            machine.heap.raise(ExceptionKind::AttributeError, "readonly attribute")
        }
        Some(Value::Int(_) | Value::Float(_)) if matches!(object, Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            let kind = type_name(&machine.heap, object);
            let text = format!("attribute '{text}' of '{kind}' objects is not writable");
            machine.heap.raise(ExceptionKind::AttributeError, text)
        }
        Some(_) => {
            let kind = type_name(&machine.heap, object);
            machine
                .heap
                .raise(ExceptionKind::AttributeError, format!("'{kind}' object attribute '{text}' is read-only"))
        }
        None => missing(machine, object, name),
    }
}

fn store_in_instance(machine: &mut Machine, instance: Ref<Instance>, name: Symbol, value: Value) -> Outcome<()> {
    let class = machine.heap[instance].class;
    let place = match machine.heap[class].layout.iter().position(|&known| known == name) {
        Some(place) => place,
        None => {
            if let Some(slots) = &machine.heap[class].slots
                && !slots.contains(&name)
            {
                return Err(match class_attribute(&machine.heap, class, name) {
                    Some(_) => {
                        let (class, name) = (machine.heap[class].name.clone(), machine.names.text(name).clone());
                        let text = format!("'{class}' object attribute '{name}' is read-only");
                        machine.heap.raise(ExceptionKind::AttributeError, text)
                    }
                    None => missing(machine, Value::Instance(instance), name),
                });
            }
            machine.execution.version += 1;
            let layout = &mut machine.heap[class].layout;
            layout.push(name);
            layout.len() - 1
        }
    };
    let room = machine.heap[class].layout.len();
    let attributes = &mut machine.heap[instance].attributes;
    if attributes.len() <= place {
        attributes.with(|values| {
            values.reserve_exact(room - values.len());
            values.resize(place + 1, Value::Unbound);
        });
        machine.heap.grown(size_of::<Value>());
    }
    machine.heap[instance].attributes[place] = value;
    Ok(())
}

/// `del object.name`.
pub(crate) fn delete(machine: &mut Machine, object: Value, name: Symbol) -> Outcome<()> {
    let removed = match object {
        Value::Instance(instance) => place_of(&machine.heap, instance, name).map(|place| {
            machine.heap[instance].attributes[place] = Value::Unbound;
        }),
        Value::Class(class) => {
            machine.execution.version += 1;
            let attributes = &mut machine.heap[class].attributes;
            attributes.iter().position(|&(known, _)| known == name).map(|place| {
                attributes.remove(place);
            })
        }
        Value::Module(module) => {
            machine.execution.module_changes += 1;
            let module = &mut machine.heap[module];
            module
                .place(name)
                .filter(|&place| module.values[place].is_bound())
                .map(|place| module.values[place] = Value::Unbound)
        }
        Value::Exception(exception) => {
            let attributes = &mut machine.heap[exception].attributes;
            attributes.iter().position(|&(known, _)| known == name).map(|place| {
                attributes.remove(place);
            })
        }
        _ => return Err(cannot_store(machine, object, name)),
    };
    match removed {
        Some(()) => Ok(()),
        None if matches!(object, Value::Instance(_) | Value::Class(_)) => {
            let text = machine.names.text(name).clone();
            Err(match object {
                Value::Instance(_) => missing(machine, object, name),
                _ => machine.heap.raise(ExceptionKind::AttributeError, &*text),
            })
        }
        None => Err(missing(machine, object, name)),
    }
}
