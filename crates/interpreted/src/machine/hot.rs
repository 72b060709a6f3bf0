//! Loops that are executed often: looked at, compiled, entered.
#![expect(unsafe_code, reason = "compiled code works on the interpreter's own frame")]

use std::rc::Rc;

use super::frames::Execution;
use super::observer::Observer;
use crate::bytecode::Code;
use crate::error::Raised;
use crate::library;
use crate::native::{self, Environment, Intrinsic, Left, NativeContext, Next, Step};
use crate::state::Machine;
use crate::value::{Type, Value};

/// What happens at the head of a loop.
pub(crate) enum Onward {
    /// The interpreter goes on.
    Interpret,
    /// It goes on and writes down what it sees.
    Record,
    /// Compiled code has executed some of the loop: the frame says where to go on.
    Entered,
    /// Compiled code has raised an exception, at an instruction.
    Raised(Raised, u32),
}

impl Execution {
    fn observer(&mut self) -> &mut Observer {
        self.observer.as_mut().expect("loops are watched in this mode only")
    }
}

impl Machine {
    /// The innermost frame has jumped backward to the head of a loop, where its position is now.
    pub(crate) fn loop_head(&mut self) -> Onward {
        let execution = &mut self.execution;
        let frame = execution.frames.last().expect("a frame is executed");
        let (head, slots) = (frame.position as u32, frame.slots);
        // The frame keeps the code alive; a pointer to it is cheaper than another count each round.
        let code = frame.code.clone();
        let observer = execution.observer.as_mut().expect("loops are watched in this mode only");
        let options = observer.options;
        let loops = observer.of(&code);
        let next = loops.watched(head).next(&options);
        match next {
            Next::Interpret => Onward::Interpret,
            Next::Record => {
                let frame = execution.stack.values(slots, execution.top);
                loops.seen.head(head, frame, &self.heap);
                observer.recording = Some((execution.frames.len(), head));
                Onward::Record
            }
            Next::Compile => {
                self.compile(&code, head);
                match self.execution.observer().of(&code).watched(head).compiled() {
                    Some(_) => self.enter(&code, head),
                    None => Onward::Interpret,
                }
            }
            Next::Enter => self.enter(&code, head),
        }
    }

    fn compile(&mut self, code: &Rc<Code>, head: u32) {
        let module = self.execution.frames.last().expect("a frame is executed").globals;
        let mut observer = self.execution.observer.take().expect("loops are watched in this mode only");
        let options = observer.options;
        let environment = Environment {
            heap: &self.heap,
            names: &self.names,
            module,
            intrinsic: &intrinsic,
            list_method: &|name| crate::builtins::method(Type::List, name).map(Value::Builtin),
            interrupt: self.execution.interrupt,
            module_changes: self.execution.module_changes,
        };
        observer.of(code);
        let Observer { compiler, loops, .. } = &mut *observer;
        let loops = loops[code.number as usize].as_mut().expect("it has been made above");
        let result = match compiler {
            Ok(compiler) => compiler.compile(environment, code, head, &loops.seen, &options),
            Err(reason) => Err(native::Refused { line: code.lines[head as usize], reason: reason.clone() }),
        };
        loops.watched(head).finished(result);
        self.execution.observer = Some(observer);
    }

    /// Enters a compiled loop, and puts the frame where the interpreter has to go on.
    fn enter(&mut self, code: &Rc<Code>, head: u32) -> Onward {
        let frame = self.execution.frames.last().expect("a frame is executed");
        let (slots, module, depth) = (frame.slots, frame.globals, self.execution.frames.len());
        let compiled =
            self.execution.observer().of(code).watched(head).compiled().expect("it has been compiled").clone();
        let address = self.execution.stack.address(slots);
        let module_changes = self.execution.module_changes;
        // SAFETY: the machine lives longer than the context, which is used here alone.
        let mut context =
            unsafe { NativeContext::new(&mut self.heap, std::ptr::from_mut(self).cast(), module, interpret) };
        context.module_changes = module_changes;
        // SAFETY: the slots of the innermost frame lie there, with room for its operands behind them.
        let left = unsafe { compiled.run(address, &mut context) };
        let observer = self.execution.observer.as_mut().expect("loops are watched in this mode only");
        let loops = observer.of(code);
        let look = loops.watched(head).left(left);
        match left {
            Left::Raised(position) => {
                let operands = loops.depths[position as usize].unwrap_or(0) as usize;
                self.execution.top = slots + code.slots.len() + operands;
                let raised = self.execution.observer().raised.take().expect("the interpreter keeps what was raised");
                Onward::Raised(raised, position)
            }
            Left::At(position, _) => {
                let operands = loops.depths[position as usize].unwrap_or(0) as usize;
                if look {
                    observer.recording = Some((depth, head));
                }
                self.execution.top = slots + code.slots.len() + operands;
                self.execution.frames.last_mut().expect("a frame is executed").position = position as usize;
                if look { Onward::Record } else { Onward::Entered }
            }
        }
    }

    /// Writes down what an instruction of the innermost frame has put on the stack.
    pub(crate) fn record(&mut self, position: usize) {
        let execution = &mut self.execution;
        let frame = execution.frames.last().expect("a frame is executed");
        let code = frame.code.clone();
        let lowest = frame.slots + code.slots.len();
        let below = usize::from(matches!(code.instructions[position], crate::bytecode::Instruction::LoadMethod { .. }));
        let Some(index) = execution.top.checked_sub(1 + below).filter(|&index| index >= lowest) else { return };
        let value = execution.stack.values(index, index + 1)[0];
        let observer = execution.observer.as_mut().expect("loops are watched in this mode only");
        observer.of(&code).seen.result(position as u32, value, &self.heap);
    }

    /// Whether writing down has come to its end: the loop's head is reached again, or its function has ended.
    pub(crate) fn recording_ended(&mut self, head: Option<usize>) -> bool {
        let execution = &mut self.execution;
        let observer = execution.observer.as_mut().expect("loops are watched in this mode only");
        let Some((depth, wanted)) = observer.recording else { return true };
        let frames = execution.frames.len();
        if frames < depth {
            observer.recording = None;
            return true;
        }
        let Some(head) = head else { return false };
        let frame = execution.frames.last().expect("a frame is executed");
        let code = frame.code.clone();
        let values = execution.stack.values(frame.slots, execution.top);
        observer.of(&code).seen.head(head as u32, values, &self.heap);
        let ended = frames == depth && head as u32 == wanted;
        if ended {
            observer.recording = None;
        }
        ended
    }
}

/// Lets the interpreter do an instruction for compiled code.
fn interpret(context: &mut NativeContext, position: u32, depth: u32) -> Step {
    // SAFETY: the context was made with this machine, which nobody else uses while compiled code waits for this.
    let machine = unsafe { &mut *context.machine.cast::<Machine>() };
    let frame = machine.execution.frames.last_mut().expect("a frame is executed");
    frame.position = position as usize;
    machine.execution.top = frame.slots + frame.code.slots.len() + depth as usize;
    let stepped = machine.step();
    context.module_changes = machine.execution.module_changes;
    if machine.heap.wants_collection() {
        // Values may lie in registers now, where nobody finds them. The next end of an iteration leaves the loop.
        machine.execution.observer().collection_due = true;
        machine.execution.interrupt.store(true, std::sync::atomic::Ordering::Relaxed);
    }
    match stepped {
        Ok(false) => Step::Next,
        Ok(true) => Step::Jumped,
        Err(raised) => {
            machine.execution.observer().raised = Some(raised);
            Step::Raised
        }
    }
}

/// Which built-in functions compiled code does itself.
fn intrinsic(value: Value) -> Option<Intrinsic> {
    match value {
        Value::Builtin(function) => Intrinsic::named(library::module_of(function), library::name(function)),
        Value::Type(kind) => Intrinsic::named("builtins", kind.name()),
        _ => None,
    }
}
