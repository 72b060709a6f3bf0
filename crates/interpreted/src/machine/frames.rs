//! Frames: the functions that are being executed, and what the interpreter keeps beside them.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use hashbrown::HashMap;

use super::lock::GlobalLock;
use super::observer::Observer;
use super::stack::Stack;
use super::watch::Watch;
use crate::bytecode::{Code, Instruction};
use crate::names::Symbol;
use crate::objects::{Generator, Instance, Module};
use crate::value::{Ref, Value};

/// How many frames there may be: Python's own limit.
pub(crate) const RECURSION_LIMIT: usize = 1000;

/// What happens when a frame ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Completion {
    /// The result goes to the caller.
    Result,
    /// It was `__init__`: the caller gets the object, and the result has to be `None`.
    Object(Ref<Instance>),
    /// It was `__init__` of an exception: the same.
    Exception(Value),
    /// It was the body of an imported file: the caller gets the module.
    Module(Symbol, Ref<Module>),
    /// It is a generator's: the result says that the generator has ended.
    Generator(Ref<Generator>),
}

/// A function that is being executed.
#[derive(Debug)]
pub(crate) struct Frame {
    /// What it does.
    pub(crate) code: Rc<Code>,
    /// The module whose names it uses.
    pub(crate) globals: Ref<Module>,
    /// The index of its first slot in the row of values.
    pub(crate) slots: usize,
    /// The index at which the caller wants the result.
    pub(crate) result: usize,
    /// The instruction at which it goes on when what it has called returns.
    pub(crate) position: usize,
    /// What happens when it ends.
    pub(crate) completion: Completion,
    /// What was being handled when it began.
    pub(crate) handled: Value,
}

/// What an instruction that looks up an attribute has found the last time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cache {
    /// 1 more than the number of the class for which it holds; 0 for none.
    pub(crate) class: u32,
    /// The version of all classes at which it was found.
    pub(crate) version: u32,
    /// The place in the object.
    pub(crate) place: u32,
    /// The function of the class.
    pub(crate) value: Value,
}

/// What the interpreter keeps.
pub(crate) struct Execution {
    /// Slots and operands.
    pub(crate) stack: Stack,
    /// The first index above everything that is in use, as it was when the interpreter last called something.
    pub(crate) top: usize,
    /// The frames, the innermost last.
    pub(crate) frames: Vec<Frame>,
    /// The exception that is being handled, or unbound.
    pub(crate) handled: Value,
    /// The built-in names.
    pub(crate) builtins: HashMap<Symbol, Value>,
    /// The built-in `abs`, which the loop computes itself for numbers that are no trouble.
    pub(crate) absolute: Value,
    /// The modules that have been imported.
    pub(crate) modules: HashMap<Symbol, Ref<Module>>,
    /// The caches of each code by its number.
    pub(crate) caches: Vec<Box<[Cache]>>,
    /// The instructions of each code as the loop executes them.
    pub(crate) fused: Vec<Box<[Instruction]>>,
    /// Counts changes of classes, which make the caches worthless.
    pub(crate) version: u32,
    /// Set when the user wants an end (Ctrl-C), or another thread the lock.
    pub(crate) interrupt: &'static AtomicBool,
    /// The lock that is held while this machine executes, if there is one.
    pub(crate) lock: Option<&'static GlobalLock>,
    /// Where files are looked for that a program imports.
    pub(crate) directory: PathBuf,
    /// What watches the loops, where they are compiled.
    pub(crate) observer: Option<Box<Observer>>,
    /// How often an attribute of a module has been set or deleted, or a module imported.
    pub(crate) module_changes: u64,
    /// What is counted while the program runs, if anything is.
    pub(crate) watch: Option<Box<Watch>>,
}

/// Never set: for machines that nobody interrupts.
static NEVER: AtomicBool = AtomicBool::new(false);

impl Execution {
    pub(crate) fn new() -> Execution {
        Execution {
            stack: Stack::new(),
            top: 0,
            frames: Vec::new(),
            handled: Value::Unbound,
            builtins: HashMap::new(),
            absolute: Value::Unbound,
            modules: HashMap::new(),
            caches: Vec::new(),
            fused: Vec::new(),
            version: 0,
            interrupt: &NEVER,
            lock: None,
            directory: PathBuf::new(),
            observer: None,
            module_changes: 0,
            watch: None,
        }
    }

    /// Takes the topmost operand.
    pub(crate) fn pop(&mut self) -> Value {
        self.top -= 1;
        self.stack.values(self.top, self.top + 1)[0]
    }

    /// Puts an operand on top.
    pub(crate) fn push(&mut self, value: Value) {
        self.stack.values_mut(self.top, self.top + 1)[0] = value;
        self.top += 1;
    }

    /// Takes the topmost operands, in the order in which they were put there.
    pub(crate) fn pop_many(&mut self, count: usize) -> Vec<Value> {
        self.top -= count;
        self.stack.values(self.top, self.top + count).to_vec()
    }

    /// The operand at a depth; 1 is the topmost.
    pub(crate) fn peek(&self, depth: u32) -> Value {
        let index = self.top - depth as usize;
        self.stack.values(index, index + 1)[0]
    }

    /// The numbers of the codes that are executed, the innermost last.
    pub(crate) fn codes(frames: &[Frame]) -> impl Iterator<Item = u32> {
        frames.iter().map(|frame| frame.code.number)
    }

    /// Every value that the interpreter itself can reach.
    pub(crate) fn roots(&self) -> Vec<Value> {
        let mut roots = self.stack.values(0, self.top).to_vec();
        roots.push(self.handled);
        for frame in &self.frames {
            roots.extend([frame.handled, Value::Module(frame.globals)]);
            roots.extend(match frame.completion {
                Completion::Result => None,
                Completion::Module(_, module) => Some(Value::Module(module)),
                Completion::Object(object) => Some(Value::Instance(object)),
                Completion::Exception(exception) => Some(exception),
                Completion::Generator(generator) => Some(Value::Generator(generator)),
            });
        }
        roots.extend(self.observer.iter().flat_map(|observer| observer.roots()));
        roots.extend(self.builtins.values());
        roots.extend(self.modules.values().map(|&module| Value::Module(module)));
        roots.extend(self.caches.iter().flatten().map(|cache| cache.value));
        roots
    }
}
