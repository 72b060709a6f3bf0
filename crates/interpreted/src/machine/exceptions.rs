//! Exceptions on their way: raised, matched, and led to a handler.

use super::attributes::is_subclass;
use super::frames::{Completion, Frame};
use crate::bytecode::Instruction;
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::objects::{Exception, Passed};
use crate::state::Machine;
use crate::value::{Ref, Value};

/// The class of an exception.
pub(crate) fn class_of(machine: &Machine, exception: Ref<Exception>) -> Value {
    machine.heap[exception].class
}

/// Executes `raise` with 0, 1 or 2 operands.
#[cold]
pub(crate) fn raise(machine: &mut Machine, count: u32) -> Raised {
    if count == 0 {
        return match machine.execution.handled {
            Value::Exception(exception) => Raised(exception),
            _ => machine.heap.raise(ExceptionKind::RuntimeError, "No active exception to reraise"),
        };
    }
    let cause = (count == 2).then(|| machine.execution.pop());
    let raised = machine.execution.pop();
    let exception = match made(machine, raised) {
        Ok(Some(exception)) => exception,
        Ok(None) => return machine.heap.type_error("exceptions must derive from BaseException"),
        Err(raised) => return raised,
    };
    match cause {
        None => {}
        Some(Value::None) => {
            machine.heap[exception].cause = Value::Unbound;
            machine.heap[exception].suppress_context = true;
        }
        Some(cause) => match made(machine, cause) {
            Ok(Some(cause)) => {
                machine.heap[exception].cause = Value::Exception(cause);
                machine.heap[exception].suppress_context = true;
            }
            Ok(None) => return machine.heap.type_error("exception causes must derive from BaseException"),
            Err(raised) => return raised,
        },
    }
    Raised(exception)
}

/// The exception that a value means: itself, or one of the class.
fn made(machine: &mut Machine, value: Value) -> Outcome<Option<Ref<Exception>>> {
    match value {
        Value::Exception(exception) => Ok(Some(exception)),
        Value::ExceptionType(_) => Ok(Some(machine.heap.allocate(Exception::new(value, Vec::new())))),
        Value::Class(class) if super::attributes::exception_base(&machine.heap, class).is_some() => {
            match machine.call(value, &[])? {
                Value::Exception(exception) => Ok(Some(exception)),
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// Whether an exception is of a class, or of one of a tuple of classes.
pub(crate) fn matches(machine: &mut Machine, exception: Value, class: Value) -> Outcome<bool> {
    let Value::Exception(exception) = exception else { unreachable!("the machine puts an exception there") };
    let classes = match class {
        Value::Tuple(classes) => machine.heap[classes].0.to_vec(),
        class => vec![class],
    };
    let own = class_of(machine, exception);
    for &class in &classes {
        if !is_subclass(&machine.heap, class, Value::ExceptionType(ExceptionKind::BaseException)) {
            return Err(machine
                .heap
                .type_error("catching classes that do not inherit from BaseException is not allowed"));
        }
    }
    Ok(classes.iter().any(|&class| is_subclass(&machine.heap, own, class)))
}

/// Leads an exception that was raised at an instruction of the innermost frame to a handler: frames without one are ended. When no
/// more than `frames` would be left, the exception is given back. Else the innermost frame goes on at its handler.
#[cold]
pub(crate) fn unwind(machine: &mut Machine, raised: Raised, position: usize, frames: usize) -> Outcome<()> {
    let exception = raised.0;
    if let Value::Exception(handled) = machine.execution.handled
        && handled != exception
        && !machine.heap[exception].context.is_bound()
    {
        set_context(machine, exception, handled);
    }
    let mut position = position;
    loop {
        let frame = machine.execution.frames.last().expect("a frame is executed");
        let code = frame.code.clone();
        let again = matches!(code.instructions[position], Instruction::Reraise | Instruction::Raise(0));
        if !again || machine.heap[exception].traceback.is_empty() {
            machine.heap[exception].traceback.push(Passed { code: code.clone(), position: position as u32 });
        }
        let within =
            |handler: &&crate::bytecode::Handler| (handler.start as usize..handler.end as usize).contains(&position);
        if let Some(handler) = code.handlers.iter().find(within) {
            let frame = machine.execution.frames.last_mut().expect("a frame is executed");
            frame.position = handler.target as usize;
            machine.execution.top = frame.slots + code.slots.len() + handler.depth as usize;
            machine.execution.push(Value::Exception(exception));
            return Ok(());
        }
        let frame = machine.execution.frames.pop().expect("a frame is executed");
        end(machine, &frame);
        if machine.execution.frames.len() == frames {
            return Err(raised);
        }
        position = machine.execution.frames.last().expect("a frame is executed").position - 1;
    }
}

/// Keeps what was being handled when an exception was raised, unless that would make a circle.
fn set_context(machine: &mut Machine, exception: Ref<Exception>, handled: Ref<Exception>) {
    let mut earlier = Some(handled);
    while let Some(one) = earlier {
        match machine.heap[one].context {
            Value::Exception(next) if next == exception => {
                machine.heap[one].context = Value::Unbound;
                break;
            }
            Value::Exception(next) => earlier = Some(next),
            _ => break,
        }
    }
    machine.heap[exception].context = Value::Exception(handled);
}

/// What is due when an exception ends a frame.
fn end(machine: &mut Machine, frame: &Frame) {
    machine.execution.handled = frame.handled;
    machine.execution.top = frame.result;
    match frame.completion {
        Completion::Generator(generator) => {
            let generator = &mut machine.heap[generator];
            (generator.position, generator.running) = (None, false);
            generator.values = Vec::new();
        }
        Completion::Module(name, _) => {
            machine.execution.modules.remove(&name);
        }
        Completion::Result | Completion::Object(_) | Completion::Exception(_) => {}
    }
}

/// The type and the text of an exception, as the last line of a traceback has them.
pub(crate) fn summary(machine: &mut Machine, exception: Ref<Exception>) -> String {
    let class = class_of(machine, exception);
    let name = match class {
        Value::Class(class) => {
            let class = &machine.heap[class];
            match &*class.module {
                "__main__" => class.qualified_name.to_string(),
                module => format!("{module}.{}", class.qualified_name),
            }
        }
        _ => type_name(&machine.heap, Value::Exception(exception)).to_string(),
    };
    match crate::text::str(machine, Value::Exception(exception)) {
        Ok(text) if text.is_empty() => name,
        Ok(text) => format!("{name}: {text}"),
        Err(_) => format!("{name}: <exception str() failed>"),
    }
}
