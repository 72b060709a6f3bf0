//! Calls: what happens to the arguments until a function begins.
//!
//! The arguments of a call lie on the stack already; where a function of the program takes as many as it is given, they are its
//! first slots where they lie.

use std::rc::Rc;

use super::attributes::{class_attribute, exception_base};
use super::frames::{Completion, Execution, Frame, RECURSION_LIMIT};
use crate::bytecode::Code;
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::library;
use crate::list::List;
use crate::names::Symbol;
use crate::objects::{Exception, Function, Instance, Module};
use crate::state::{Arguments, Machine};
use crate::value::{BuiltinId, Ref, Value};

/// What a call has led to.
pub(crate) enum Called {
    /// It is done: the result.
    Value(Value),
    /// A frame has been pushed, which has to be executed.
    Frame,
}

/// A call whose arguments lie on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// The index at which the result is wanted; the callable lies there.
    pub(crate) result: usize,
    /// The index of the first argument.
    pub(crate) first: usize,
    /// How many arguments, those with names included, which are the last.
    pub(crate) count: usize,
    /// The names.
    pub(crate) names: &'a [Symbol],
}

/// Calls anything. The arguments lie on the stack; everything above them is free.
pub(crate) fn call(machine: &mut Machine, callable: Value, call: Call<'_>) -> Outcome<Called> {
    machine.execution.top = call.first + call.count;
    match callable {
        Value::Function(function) => enter(machine, function, call, Completion::Result),
        Value::BoundMethod(method) => {
            let method = machine.heap[method];
            let call = with_object(machine, call, method.object);
            enter(machine, method.function, call, Completion::Result)
        }
        Value::Builtin(function) => call_builtin(machine, function, None, call).map(Called::Value),
        Value::BuiltinMethod(method) => {
            let method = machine.heap[method];
            call_builtin(machine, method.function, Some(method.object), call).map(Called::Value)
        }
        Value::Type(kind) => {
            let (positional, keywords) = split(machine, None, call);
            library::construct(machine, kind, Arguments { positional: &positional, keywords: &keywords })
                .map(Called::Value)
        }
        Value::ExceptionType(_) => {
            let (positional, keywords) = split(machine, None, call);
            if !keywords.is_empty() {
                let text = format!("{}() takes no keyword arguments", callable_name(machine, callable));
                return Err(machine.heap.type_error(text));
            }
            Ok(Called::Value(Value::Exception(machine.heap.allocate(Exception::new(callable, positional)))))
        }
        Value::Class(class) => construct(machine, class, call),
        Value::CythonType(_) => {
            let (positional, _) = split(machine, None, call);
            Ok(Called::Value(positional.first().copied().unwrap_or(Value::Int(0))))
        }
        other => {
            let name = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("'{name}' object is not callable")))
        }
    }
}

fn callable_name(machine: &Machine, callable: Value) -> Rc<str> {
    match callable {
        Value::ExceptionType(kind) => kind.name().into(),
        Value::Class(class) => machine.heap[class].name.clone(),
        other => type_name(&machine.heap, other),
    }
}

/// Puts an object before the arguments, in the place of the callable or of an absent `self`.
fn with_object<'a>(machine: &mut Machine, call: Call<'a>, object: Value) -> Call<'a> {
    machine.execution.stack.values_mut(call.first - 1, call.first)[0] = object;
    Call { first: call.first - 1, count: call.count + 1, ..call }
}

/// The arguments by kind, with the object before them if there is one.
fn split(machine: &Machine, object: Option<Value>, call: Call<'_>) -> (Vec<Value>, Vec<(Symbol, Value)>) {
    let values = machine.execution.stack.values(call.first, call.first + call.count);
    let (positional, named) = values.split_at(call.count - call.names.len());
    let positional = object.into_iter().chain(positional.iter().copied()).collect();
    (positional, call.names.iter().copied().zip(named.iter().copied()).collect())
}

/// Calls a function of Rust.
pub(crate) fn call_builtin(
    machine: &mut Machine,
    function: BuiltinId,
    object: Option<Value>,
    call: Call<'_>,
) -> Outcome<Value> {
    let execution = &mut machine.execution;
    if let Some(watch) = &mut execution.watch {
        watch.builtin(function, Execution::codes(&execution.frames));
    }
    let result = match object {
        None if call.names.is_empty() => {
            let positional = machine.execution.stack.arguments(call.first, call.first + call.count);
            library::call(machine, function, Arguments { positional, keywords: &[] })
        }
        object => {
            let (positional, keywords) = split(machine, object, call);
            library::call(machine, function, Arguments { positional: &positional, keywords: &keywords })
        }
    };
    let execution = &mut machine.execution;
    if let Some(watch) = &mut execution.watch {
        watch.sample(Execution::codes(&execution.frames), Some(function));
    }
    result
}

/// Makes an object of a class of the program, and calls its `__init__`.
fn construct(machine: &mut Machine, class: Ref<crate::objects::Class>, call: Call<'_>) -> Outcome<Called> {
    let init = machine.names.symbol("__init__");
    let initialiser = class_attribute(&machine.heap, class, init);
    if exception_base(&machine.heap, class).is_some() {
        let (positional, keywords) = split(machine, None, call);
        if initialiser.is_none() && !keywords.is_empty() {
            let text = format!("{}() takes no keyword arguments", machine.heap[class].name);
            return Err(machine.heap.type_error(text));
        }
        let exception = Value::Exception(machine.heap.allocate(Exception::new(Value::Class(class), positional)));
        return match initialiser {
            Some(Value::Function(function)) => {
                let call = with_object(machine, call, exception);
                enter(machine, function, call, Completion::Exception(exception))
            }
            _ => Ok(Called::Value(exception)),
        };
    }
    let instance = machine.heap.allocate(Instance { class, attributes: List::default() });
    match initialiser {
        Some(Value::Function(function)) => {
            let call = with_object(machine, call, Value::Instance(instance));
            enter(machine, function, call, Completion::Object(instance))
        }
        Some(other) => {
            let name = type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("'{name}' object is not callable")))
        }
        None if call.count > 0 => {
            let text = format!("{}() takes no arguments", machine.heap[class].name);
            Err(machine.heap.type_error(text))
        }
        None => Ok(Called::Value(Value::Instance(instance))),
    }
}

/// Pushes the frame of a function of the program.
#[inline]
pub(crate) fn enter(
    machine: &mut Machine,
    function: Ref<Function>,
    call: Call<'_>,
    completion: Completion,
) -> Outcome<Called> {
    // A recursion may last as long as a loop.
    machine.check_interrupt()?;
    let object = &machine.heap[function];
    let code = object.code.clone();
    let globals = object.globals;
    if !call.names.is_empty() || call.count != code.arguments as usize || code.star {
        let values = bind(machine, function, call)?;
        let end = call.first + values.len();
        check_room(machine, &code, call.first)?;
        machine.execution.stack.values_mut(call.first, end).copy_from_slice(&values);
    } else {
        check_room(machine, &code, call.first)?;
    }
    let given = code.arguments as usize + usize::from(code.star);
    let free = code.slots.len() - code.free as usize;
    let slots = machine.execution.stack.values_mut(call.first, call.first + code.slots.len());
    slots[given..free].fill(Value::Unbound);
    if code.free > 0 {
        slots[free..].copy_from_slice(&machine.heap[function].closure);
    }
    push(machine, code, globals, call.first, call.result, completion);
    Ok(Called::Frame)
}

/// Whether another frame may begin.
pub(crate) fn check_room(machine: &mut Machine, code: &Code, first: usize) -> Outcome<()> {
    let room = machine.execution.stack.has_room(first, code.slots.len() + code.depth as usize + 1);
    if machine.execution.frames.len() < RECURSION_LIMIT && room {
        return Ok(());
    }
    Err(machine.heap.raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded"))
}

/// Pushes a frame whose slots are filled.
pub(crate) fn push(
    machine: &mut Machine,
    code: Rc<Code>,
    globals: Ref<Module>,
    slots: usize,
    result: usize,
    completion: Completion,
) {
    let execution = &mut machine.execution;
    if let Some(watch) = &mut execution.watch {
        watch.call(&code, Execution::codes(&execution.frames));
    }
    machine.execution.top = slots + code.slots.len();
    let handled = machine.execution.handled;
    machine.execution.frames.push(Frame { code, globals, slots, result, position: 0, completion, handled });
}

/// Gives each parameter its value where they are not simply the arguments in order: names, defaults, a starred parameter.
#[cold]
fn bind(machine: &mut Machine, function: Ref<Function>, call: Call<'_>) -> Outcome<Vec<Value>> {
    let object = &machine.heap[function];
    let code = object.code.clone();
    let defaults = object.defaults.clone();
    let name = object.qualified_name.clone();
    let (positional, keywords) = split(machine, None, call);
    let parameters = code.arguments as usize;
    let mut values = vec![Value::Unbound; parameters];
    let taken = positional.len().min(parameters);
    values[..taken].copy_from_slice(&positional[..taken]);
    for &(keyword, value) in &keywords {
        match code.slots[..parameters].iter().position(|&known| known == keyword) {
            Some(place) if values[place].is_bound() => {
                let text = format!("{name}() got multiple values for argument '{}'", machine.names.text(keyword));
                return Err(machine.heap.type_error(text));
            }
            Some(place) => values[place] = value,
            None => {
                let text = format!("{name}() got an unexpected keyword argument '{}'", machine.names.text(keyword));
                return Err(machine.heap.type_error(text));
            }
        }
    }
    if positional.len() > parameters && !code.star {
        return Err(too_many(machine, &name, parameters, defaults.len(), positional.len()));
    }
    let first_default = parameters - defaults.len();
    for (place, &default) in (first_default..).zip(defaults.iter()) {
        if !values[place].is_bound() {
            values[place] = default;
        }
    }
    let missing: Vec<Symbol> =
        (0..parameters).filter(|&place| !values[place].is_bound()).map(|place| code.slots[place]).collect();
    if !missing.is_empty() {
        return Err(too_few(machine, &name, &missing));
    }
    if code.star {
        let rest = positional.get(parameters..).unwrap_or_default().to_vec();
        values.push(machine.heap.tuple(rest));
    }
    Ok(values)
}

#[cold]
fn too_many(machine: &mut Machine, name: &str, parameters: usize, defaults: usize, given: usize) -> Raised {
    let takes = match defaults {
        0 => format!("{parameters} positional argument{}", if parameters == 1 { "" } else { "s" }),
        _ => format!("from {} to {parameters} positional arguments", parameters - defaults),
    };
    let were = if given == 1 { "was" } else { "were" };
    machine.heap.type_error(format!("{name}() takes {takes} but {given} {were} given"))
}

#[cold]
fn too_few(machine: &mut Machine, name: &str, missing: &[Symbol]) -> Raised {
    let names: Vec<String> = missing.iter().map(|&name| format!("'{}'", machine.names.text(name))).collect();
    let list = match &names[..] {
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        [] => String::new(),
    };
    let plural = if names.len() == 1 { "" } else { "s" };
    machine.heap.type_error(format!("{name}() missing {} required positional argument{plural}: {list}", names.len()))
}
