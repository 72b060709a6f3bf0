//! The machine: executes a program instruction by instruction, as CPython does.

mod attributes;
mod calls;
mod compiled;
mod engine;
mod exceptions;
mod execute;
mod frames;
mod fuse;
mod hot;
mod imports;
mod instructions;
mod lock;
mod observer;
mod stack;
mod suggestions;
mod traceback;
mod watch;

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;

pub(crate) use attributes::is_subclass;
pub use compiled::{Compiled, LoopCode, MachineCode, WatchedLoop};
pub use engine::{Engine, THRESHOLD};
pub(crate) use frames::Execution;
pub use lock::GlobalLock;
pub use watch::{Counts, Place, Watch, Watched};

use calls::{Call, Called};
use frames::{Completion, Frame};
use observer::Observer;

use crate::bytecode::Code;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::listing::{self, Context};
use crate::native::Options;
use crate::objects::{Generator, Module};
use crate::source::{self, SourceError, SourceFile};
use crate::state::{Hooks, Machine};
use crate::value::{BuiltinId, Ref, Value};
use crate::{iteration, library, operators};

/// How a program has ended that did not come to its end.
#[derive(Debug)]
pub enum Failure {
    /// It was not begun: the file cannot be read, or it is not a program of the language.
    Source(SourceError),
    /// An exception that nobody handled: what Python writes about it, and the status with which it ends.
    Exception {
        /// The traceback, with the type and text in the last line; empty where the program asked for its end (`sys.exit`).
        traceback: String,
        /// The exit status; [`INTERRUPTED`] where nobody handled `KeyboardInterrupt`.
        status: u8,
    },
}

/// The exit status of a program that Ctrl-C has ended, as a shell says it. CPython ends by the signal itself.
pub const INTERRUPTED: u8 = 130;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Source(error) => error.fmt(f),
            Failure::Exception { traceback, status } if traceback.is_empty() => {
                write!(f, "the program has ended with status {status}")
            }
            Failure::Exception { traceback, .. } => f.write_str(traceback.trim_end()),
        }
    }
}

impl std::error::Error for Failure {}

/// A machine that prints nothing and has executed nothing.
#[cfg(test)]
pub(crate) fn idle() -> Machine {
    Interpreter::new(Box::new(std::io::sink()), vec!["program.py".into()]).machine
}

/// A program and the machine that executes it.
pub struct Interpreter {
    machine: Machine,
    module: Option<Ref<Module>>,
}

impl Interpreter {
    /// A machine without a program, which prints to `output`. `arguments` is `sys.argv`.
    pub fn new(output: Box<dyn Write>, arguments: Vec<String>) -> Interpreter {
        let hooks = Hooks {
            call: call_from_rust,
            resume,
            step: execute::step,
            attribute: attributes::load,
            item: operators::subscript,
            elements: iteration::collect,
            operate: operators::binary,
            builtin_name: library::name,
        };
        let mut machine = Machine::new(hooks, output, arguments);
        for (name, value) in library::globals() {
            let name = machine.names.symbol(name);
            machine.execution.builtins.insert(name, value);
        }
        let absolute = machine.names.symbol("abs");
        machine.execution.absolute = machine.execution.builtins.get(&absolute).copied().unwrap_or_default();
        for &kind in ExceptionKind::ALL {
            let name = machine.names.symbol(kind.name());
            machine.execution.builtins.insert(name, Value::ExceptionType(kind));
        }
        for alias in ["EnvironmentError", "IOError"] {
            let alias = machine.names.symbol(alias);
            machine.execution.builtins.insert(alias, Value::ExceptionType(ExceptionKind::OSError));
        }
        Interpreter { machine, module: None }
    }

    /// Ends the program with `KeyboardInterrupt` soon after the flag is set.
    pub fn interrupt_with(&mut self, flag: &'static AtomicBool) {
        self.machine.execution.interrupt = flag;
    }

    /// Executes only while it holds a lock that others may hold too. The flag of Ctrl-C is not looked at then.
    pub fn share(&mut self, lock: &'static GlobalLock) {
        self.machine.execution.lock = Some(lock);
        self.machine.execution.interrupt = lock.asked();
    }

    /// Counts calls, or instructions and lines, from now on.
    pub fn watch(&mut self, watched: Watched) {
        self.machine.execution.watch = Some(Box::new(Watch::new(watched)));
    }

    /// The bytecode of a code and of those within it, as `python -m dis` lays it out.
    pub fn listing(&self, code: &Code) -> String {
        let Some(module) = self.module else { return String::new() };
        let globals = &self.machine.heap[module];
        listing::text(code, Context { names: &self.machine.names, heap: &self.machine.heap, globals })
    }

    /// What has become of the loops that were executed often.
    pub fn compiled(&self) -> Compiled {
        Compiled::of(&self.machine)
    }

    /// The machine code of the loops that are compiled now.
    pub fn loop_codes(&self) -> Vec<LoopCode> {
        LoopCode::all(&self.machine)
    }

    /// What has been counted.
    pub fn watched(&self) -> Option<&Watch> {
        self.machine.execution.watch.as_deref()
    }

    /// The machine.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The module of the program, once it is loaded.
    pub fn module(&self) -> Option<Ref<Module>> {
        self.module
    }

    /// All code that has been translated so far.
    pub fn codes(&self) -> &[Rc<Code>] {
        &self.machine.codes
    }

    /// Says in which folder the files lie that the program imports.
    pub fn import_from(&mut self, folder: &Path) {
        self.machine.execution.directory = folder.to_path_buf();
    }

    /// Says how the program is executed.
    pub fn set_engine(&mut self, engine: Engine) {
        self.machine.execution.observer = match engine {
            Engine::Interpreted => None,
            Engine::Observed { threshold, squares } => {
                let options = Options { threshold, squares, ..Options::default() };
                // Compiled code is left for a collection too, so the flag has to be this machine's own.
                self.machine.execution.interrupt = Box::leak(Box::default());
                Some(Box::new(Observer::new(options)))
            }
        };
    }

    /// The name of a function in a table, as `pstats` writes it: `file:line(function)`, `{built-in abs}`.
    pub fn place_name(&self, place: Place) -> String {
        match place {
            Place::Code(number) => {
                let code = &self.machine.codes[number as usize];
                let file = Path::new(&code.file.name).file_name().unwrap_or_default().to_string_lossy();
                format!("{file}:{}({})", code.first_line, code.name)
            }
            Place::Builtin(function) => format!("{{{}}}", library::name(BuiltinId(function))),
        }
    }

    /// Translates a file, without executing it.
    pub fn load(&mut self, file: SourceFile, name: &str) -> Result<Rc<Code>, SourceError> {
        let path = file.name.to_string();
        let tree = source::parse_file(file)?;
        let module = imports::file_module(&mut self.machine, name, &path);
        self.module = Some(module);
        let name = self.machine.names.symbol(name);
        self.machine.execution.modules.insert(name, module);
        imports::translate(&mut self.machine, &tree, module)
    }

    /// Executes the body of the file that was loaded.
    pub fn execute(&mut self, code: Rc<Code>) -> Result<(), Failure> {
        let module = self.module.expect("the code comes from `load`");
        let outcome = imports::begin(&mut self.machine, code, module, Completion::Result)
            .and_then(|()| execute::execute(&mut self.machine, 0).map(|_| ()));
        self.finish(outcome)
    }

    /// Loads a file and executes it as a program.
    pub fn run(&mut self, file: SourceFile) -> Result<(), Failure> {
        let code = self.load(file, "__main__").map_err(Failure::Source)?;
        self.execute(code)
    }

    /// The value of a global name of the program.
    pub fn global(&mut self, name: &str) -> Option<Value> {
        let name = self.machine.names.symbol(name);
        self.machine.heap[self.module?].get(name)
    }

    /// Calls a function of the program.
    pub fn call(&mut self, function: Value, arguments: &[Value]) -> Result<Value, Failure> {
        let lock = self.machine.execution.lock;
        lock.inspect(|lock| lock.acquire());
        let outcome = self.machine.call(function, arguments);
        lock.inspect(|lock| lock.release());
        let mut result = Value::None;
        let outcome = outcome.map(|value| result = value);
        self.finish(outcome).map(|()| result)
    }

    /// An attribute of an object.
    pub fn attribute(&mut self, object: Value, name: &str) -> Result<Value, Failure> {
        let name = self.machine.names.symbol(name);
        attributes::load(&mut self.machine, object, name).map_err(|raised| self.failure(raised))
    }

    /// Keeps a value alive between calls of the program.
    pub fn keep(&mut self, value: Value) {
        self.machine.roots.push(value);
    }

    /// Makes a list, and keeps it alive between calls of the program.
    pub fn keep_list(&mut self, items: Vec<Value>) -> Value {
        let list = self.machine.heap.list(items);
        self.keep(list);
        list
    }

    /// How many values are kept alive.
    pub fn kept(&self) -> usize {
        self.machine.roots.len()
    }

    /// Keeps alive only so many, the first ones.
    pub fn keep_only(&mut self, kept: usize) {
        self.machine.roots.truncate(kept);
    }

    /// Writes out what was printed, and says how the program has ended.
    fn finish(&mut self, outcome: Outcome<()>) -> Result<(), Failure> {
        let flushed = self.machine.output.flush();
        let outcome = outcome.and_then(|()| flushed.map_err(|error| self.machine.output_error(&error)));
        outcome.map_err(|raised| self.failure(raised))
    }

    fn failure(&mut self, raised: Raised) -> Failure {
        let machine = &mut self.machine;
        let class = exceptions::class_of(machine, raised.0);
        if !is_subclass(&machine.heap, class, Value::ExceptionType(ExceptionKind::SystemExit)) {
            let interrupt = Value::ExceptionType(ExceptionKind::KeyboardInterrupt);
            let status = if is_subclass(&machine.heap, class, interrupt) { INTERRUPTED } else { 1 };
            return Failure::Exception { traceback: traceback::traceback(machine, raised.0), status };
        }
        match machine.heap[raised.0].arguments.first().copied() {
            None | Some(Value::None) => Failure::Exception { traceback: String::new(), status: 0 },
            Some(Value::Int(status)) => Failure::Exception { traceback: String::new(), status: status as u8 },
            Some(Value::Bool(status)) => Failure::Exception { traceback: String::new(), status: u8::from(status) },
            Some(other) => {
                let text = crate::text::str(machine, other).map(|text| format!("{text}\n")).unwrap_or_default();
                Failure::Exception { traceback: text, status: 1 }
            }
        }
    }
}

/// Calls anything from Rust: the frames that it needs are executed until it returns.
fn call_from_rust(machine: &mut Machine, callable: Value, arguments: &[Value]) -> Outcome<Value> {
    let frames = machine.execution.frames.len();
    let top = machine.execution.top;
    if !machine.execution.stack.has_room(top, arguments.len() + 1) {
        return Err(machine.heap.raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded"));
    }
    let values = machine.execution.stack.values_mut(top, top + arguments.len() + 1);
    values[0] = callable;
    values[1..].copy_from_slice(arguments);
    let call = Call { result: top, first: top + 1, count: arguments.len(), names: &[] };
    let outcome = match calls::call(machine, callable, call) {
        Ok(Called::Value(value)) => Ok(value),
        Ok(Called::Frame) => execute::execute(machine, frames),
        Err(raised) => Err(raised),
    };
    machine.execution.top = top;
    outcome
}

/// Lets a generator run until its next element.
fn resume(machine: &mut Machine, generator: Ref<Generator>) -> Outcome<Option<Value>> {
    let object = &mut machine.heap[generator];
    let Some(position) = object.position else { return Ok(None) };
    if object.running {
        return Err(machine.heap.value_error("generator already executing"));
    }
    object.running = true;
    let values = std::mem::take(&mut object.values);
    let (code, globals) = (object.code.clone(), object.globals);
    let slots = machine.execution.top;
    if let Err(raised) = calls::check_room(machine, &code, slots) {
        machine.heap[generator].running = false;
        machine.heap[generator].values = values;
        return Err(raised);
    }
    machine.execution.stack.values_mut(slots, slots + values.len()).copy_from_slice(&values);
    machine.execution.top = slots + values.len();
    let frames = machine.execution.frames.len();
    let handled = machine.execution.handled;
    let completion = Completion::Generator(generator);
    machine.execution.frames.push(Frame {
        code,
        globals,
        slots,
        result: slots,
        position: position as usize,
        completion,
        handled,
    });
    let value = match execute::execute(machine, frames) {
        Ok(value) => value,
        Err(raised) => return Err(not_stop_iteration(machine, raised)),
    };
    Ok(machine.heap[generator].position.is_some().then_some(value))
}

/// An end that a generator's body raises by itself is an error, else its caller would take it for the generator's end.
fn not_stop_iteration(machine: &mut Machine, raised: Raised) -> Raised {
    let class = exceptions::class_of(machine, raised.0);
    if !is_subclass(&machine.heap, class, Value::ExceptionType(ExceptionKind::StopIteration)) {
        return raised;
    }
    let error = machine.heap.raise(ExceptionKind::RuntimeError, "generator raised StopIteration");
    machine.heap[error.0].cause = Value::Exception(raised.0);
    machine.heap[error.0].context = Value::Exception(raised.0);
    machine.heap[error.0].suppress_context = true;
    error
}
