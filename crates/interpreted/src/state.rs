//! The state of a machine, which everything that a program can call works on.
//!
//! Functions of Rust that the program calls may call the program again ([`Machine::call`], [`Machine::resume`]). A collection may
//! happen then, and what a function holds in variables of Rust only is lost unless it lies among [`Machine::roots`] meanwhile. The
//! arguments of a call stay where they are until it returns.

use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use crate::bytecode::{BinaryOperator, Code};
use crate::error::{ExceptionKind, Outcome};
use crate::heap::Heap;
use crate::machine::Execution;
use crate::modules::mersenne::MersenneTwister;
use crate::names::{Names, Symbol};
use crate::objects::Generator;
use crate::value::{BuiltinId, Ref, Value};

/// The arguments of a call of a function of Rust.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    /// Those without a name; the object first when a method is called.
    pub positional: &'a [Value],
    /// Those with a name.
    pub keywords: &'a [(Symbol, Value)],
}

/// A function of Rust that a program can call.
pub type BuiltinFunction = fn(&mut Machine, Arguments<'_>) -> Outcome<Value>;

/// How the program is called from Rust. The interpreter gives these when it makes a machine, because it uses everything that uses
/// them.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// Calls something with arguments without names.
    pub call: fn(&mut Machine, Value, &[Value]) -> Outcome<Value>,
    /// Gives a generator's next element.
    pub resume: fn(&mut Machine, Ref<Generator>) -> Outcome<Option<Value>>,
    /// Executes one instruction of the innermost frame, at its position, and whatever that calls. Says whether it has jumped.
    pub step: fn(&mut Machine) -> Outcome<bool>,
    /// The value of an attribute.
    pub attribute: fn(&mut Machine, Value, Symbol) -> Outcome<Value>,
    /// `container[index]`.
    pub item: fn(&mut Machine, Value, Value) -> Outcome<Value>,
    /// All elements of what can be iterated over.
    pub elements: fn(&mut Machine, Value) -> Outcome<Vec<Value>>,
    /// `left operator right`.
    pub operate: fn(&mut Machine, BinaryOperator, Value, Value) -> Outcome<Value>,
    /// The name of a built-in function.
    pub builtin_name: fn(BuiltinId) -> &'static str,
}

/// What a program's execution needs.
pub struct Machine {
    /// The objects.
    pub heap: Heap,
    /// The names.
    pub names: Names,
    /// Where `print` writes.
    pub output: Box<dyn Write>,
    /// `sys.argv`: the file, then the program's arguments.
    pub arguments: Vec<String>,
    /// Values that functions of Rust hold while the program runs below them. Who pushes takes away again.
    pub roots: Vec<Value>,
    /// What the interpreter keeps.
    pub(crate) execution: Execution,
    /// Every code that has been translated, by its number. Their constants are roots of each collection.
    pub codes: Vec<Rc<Code>>,
    /// The containers whose `repr` is being made, the innermost last.
    pub in_representation: Vec<Value>,
    /// The generator of random numbers of the module `random`.
    pub random: MersenneTwister,
    hooks: Hooks,
}

impl Machine {
    /// A machine that has executed nothing.
    pub fn new(hooks: Hooks, output: Box<dyn Write>, arguments: Vec<String>) -> Machine {
        Machine {
            heap: Heap::default(),
            names: Names::default(),
            output,
            arguments,
            roots: Vec::new(),
            execution: Execution::new(),
            codes: Vec::new(),
            in_representation: Vec::new(),
            random: MersenneTwister::default(),
            hooks,
        }
    }

    /// Calls anything that can be called. The callable and the arguments are kept alive meanwhile.
    pub fn call(&mut self, callable: Value, arguments: &[Value]) -> Outcome<Value> {
        let roots = self.roots.len();
        self.roots.push(callable);
        self.roots.extend_from_slice(arguments);
        let result = (self.hooks.call)(self, callable, arguments);
        self.roots.truncate(roots);
        result
    }

    /// The next element of a generator, or `None` when it has ended. The generator is kept alive meanwhile.
    pub fn resume(&mut self, generator: Ref<Generator>) -> Outcome<Option<Value>> {
        let roots = self.roots.len();
        self.roots.push(Value::Generator(generator));
        let result = (self.hooks.resume)(self, generator);
        self.roots.truncate(roots);
        result
    }

    /// The value of an attribute of an object.
    pub fn attribute(&mut self, object: Value, name: Symbol) -> Outcome<Value> {
        (self.hooks.attribute)(self, object, name)
    }

    /// `container[index]`.
    pub fn item(&mut self, container: Value, index: Value) -> Outcome<Value> {
        (self.hooks.item)(self, container, index)
    }

    /// All elements of what can be iterated over. They are not kept alive while the program runs.
    pub fn elements(&mut self, iterable: Value) -> Outcome<Vec<Value>> {
        (self.hooks.elements)(self, iterable)
    }

    /// `left operator right`.
    pub fn operate(&mut self, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Value> {
        (self.hooks.operate)(self, operator, left, right)
    }

    /// The name of a built-in function.
    pub fn builtin_name(&self, function: BuiltinId) -> &'static str {
        (self.hooks.builtin_name)(function)
    }

    /// Executes one instruction of the innermost frame.
    pub(crate) fn step(&mut self) -> Outcome<bool> {
        (self.hooks.step)(self)
    }

    /// Writes to the output of the program.
    pub fn write(&mut self, text: &str) -> Outcome<()> {
        self.output.write_all(text.as_bytes()).map_err(|error| self.output_error(&error))
    }

    /// Asks whether somebody wants something: another thread the lock, or the user an end (Ctrl-C), which is a `KeyboardInterrupt`.
    #[inline]
    pub(crate) fn check_interrupt(&mut self) -> Outcome<()> {
        if self.execution.interrupt.load(Ordering::Relaxed) { self.interrupted() } else { Ok(()) }
    }

    #[cold]
    fn interrupted(&mut self) -> Outcome<()> {
        if let Some(lock) = self.execution.lock {
            lock.give_way();
            return Ok(());
        }
        self.execution.interrupt.store(false, Ordering::Relaxed);
        if let Some(observer) = &mut self.execution.observer
            && std::mem::take(&mut observer.collection_due)
        {
            return Ok(());
        }
        Err(self.heap.raise_with(ExceptionKind::KeyboardInterrupt, Vec::new()))
    }

    /// What Python raises when its output cannot be written.
    pub fn output_error(&mut self, error: &io::Error) -> crate::error::Raised {
        let text = match error.raw_os_error() {
            Some(number) => {
                format!("[Errno {number}] {}", error.to_string().split(" (os error").next().unwrap_or_default())
            }
            None => error.to_string(),
        };
        self.heap.raise(ExceptionKind::OSError, text)
    }
}
