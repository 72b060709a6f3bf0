//! A compiled loop: its memory, how it is entered and left, and what is known of it.
#![expect(unsafe_code, reason = "machine code is called")]

use std::cell::Cell;
use std::mem::offset_of;
use std::rc::Rc;
use std::time::Duration;

use memmap2::Mmap;

use crate::heap::Heap;
use crate::native::helpers;
use crate::objects::{Instance, List, Module};
use crate::value::{Ref, Value};

/// Where the fields that compiled code reads lie in the context.
pub(super) mod fields {
    use super::{NativeContext, offset_of};

    pub(in crate::native) const FRAME: i32 = offset_of!(NativeContext, frame) as i32;
    pub(in crate::native) const LISTS: i32 = offset_of!(NativeContext, lists) as i32;
    pub(in crate::native) const INSTANCES: i32 = offset_of!(NativeContext, instances) as i32;
    pub(in crate::native) const GLOBALS: i32 = offset_of!(NativeContext, globals) as i32;
    pub(in crate::native) const NUMBER: i32 = offset_of!(NativeContext, number) as i32;
    pub(in crate::native) const MODULE_CHANGES: i32 = offset_of!(NativeContext, module_changes) as i32;
}

/// In the result of compiled code, in place of the number of a way out: an exception has been raised.
pub(super) const RAISED: u64 = (u32::MAX as u64) << 32;

/// What an instruction has done that the interpreter was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next instruction follows.
    Next,
    /// It has jumped.
    Jumped,
    /// It has raised an exception, which the interpreter keeps.
    Raised,
}

/// Does the instruction at a position, on the operands in the frame of the context, of which there are so many. When the frame moves,
/// it sets [`NativeContext::frame`].
pub type Interpret = fn(context: &mut NativeContext, position: u32, depth: u32) -> Step;

/// What compiled code needs of the machine.
#[repr(C)]
pub struct NativeContext {
    /// The frame: the slots of the locals, then the operands.
    pub frame: *mut Value,
    lists: *const Option<List>,
    instances: *const Option<Instance>,
    globals: *mut Value,
    /// What a function that keeps all registers has computed.
    number: f64,
    /// How often an attribute of a module has been set or deleted, or a module has been imported, in the whole program. Code that
    /// calls functions of modules (`math.sqrt`) by their address tests it.
    pub module_changes: u64,
    heap: *mut Heap,
    /// The machine, for the interpreter: compiled code does not look at it.
    pub machine: *mut (),
    module: Ref<Module>,
    interpret: Interpret,
    calls: *const Cell<u64>,
}

impl NativeContext {
    /// The context of code whose global names are those of a module.
    ///
    /// # Safety
    /// The heap and the machine that it belongs to have to live as long as the context is used, and nothing else may use it while compiled code runs, but for
    /// `interpret`, which is called by it.
    pub unsafe fn new(heap: *mut Heap, machine: *mut (), module: Ref<Module>, interpret: Interpret) -> NativeContext {
        NativeContext {
            frame: std::ptr::null_mut(),
            lists: std::ptr::null(),
            instances: std::ptr::null(),
            globals: std::ptr::null_mut(),
            number: 0.0,
            module_changes: 0,
            heap,
            machine,
            module,
            interpret,
            calls: std::ptr::null(),
        }
    }

    /// Finds everything that moves once more.
    fn refresh(&mut self) {
        // SAFETY: the maker of the context has promised that the machine is there and that nothing else uses it now.
        let heap = unsafe { &mut *self.heap };
        self.lists = heap.lists_address();
        self.instances = heap.instances_address();
        self.globals = heap[self.module].values.as_mut_ptr();
    }

    pub(super) fn interpret(&mut self, position: u32, depth: u32) -> Step {
        // SAFETY: `run` has set the address to counters of the loop that is running, one for each instruction of its function.
        let calls = unsafe { &*self.calls.add(position as usize) };
        calls.set(calls.get() + 1);
        let counters = self.calls;
        let step = (self.interpret)(self, position, depth);
        self.calls = counters;
        self.refresh();
        step
    }
}

/// Why compiled code was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The loop has ended, or was left by `break` or `return`.
    End,
    /// It was not entered: a local is not of the type that was assumed.
    Entry,
    /// A value is not of the type that was assumed.
    Type,
    /// A name is not bound.
    Unbound,
    /// An integer does not fit, or a number cannot be converted without a loss.
    Overflow,
    /// There is no element with that index.
    Index,
    /// A division by zero.
    ZeroDivision,
    /// A function has no finite value there.
    Domain,
    /// A list has no room for another element.
    Capacity,
    /// Code that had never been executed when the loop was compiled.
    Unseen,
    /// An instruction that only the interpreter can do.
    Instruction,
    /// The user wants to interrupt the program.
    Interrupt,
}

impl Reason {
    /// As a person reads it.
    pub fn describe(self) -> &'static str {
        match self {
            Reason::End => "the loop ends",
            Reason::Entry => "a local of another type at the entry",
            Reason::Type => "a value of another type",
            Reason::Unbound => "a name that is not bound",
            Reason::Overflow => "an integer beyond 64 bits",
            Reason::Index => "an index outside the list",
            Reason::ZeroDivision => "a division by zero",
            Reason::Domain => "no finite result",
            Reason::Capacity => "a list grows",
            Reason::Unseen => "code not executed before",
            Reason::Instruction => "an instruction for the interpreter",
            Reason::Interrupt => "an interruption",
        }
    }

    /// Whether something was not as assumed, so that it may pay to compile the loop again.
    pub fn is_surprise(self) -> bool {
        !matches!(self, Reason::End | Reason::Interrupt | Reason::Capacity)
    }
}

/// A way out of compiled code.
#[derive(Clone, Debug)]
pub struct Site {
    /// The instruction that the interpreter goes on with.
    pub position: u32,
    /// Why.
    pub reason: Reason,
    count: Cell<u64>,
}

impl Site {
    pub(super) fn new(position: u32, reason: Reason) -> Site {
        Site { position, reason, count: Cell::new(0) }
    }

    /// How often it was taken.
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}

/// How compiled code was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The interpreter goes on with the instruction at a position. The operands lie in the frame as that instruction expects them.
    At(u32, Reason),
    /// The instruction at a position, which the interpreter has done, has raised an exception.
    Raised(u32),
}

/// What instruction some machine code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The first byte, from the beginning of the code.
    pub start: u32,
    /// The first byte that does not belong to it any more.
    pub end: u32,
    /// The position of the instruction.
    pub position: u32,
}

/// A loop as machine code.
#[derive(Debug)]
pub struct CompiledLoop {
    pub(super) memory: Mmap,
    pub(super) length: usize,
    pub(super) sites: Vec<Site>,
    pub(super) calls: Box<[Cell<u64>]>,
    pub(super) entries: Cell<u64>,
    pub(super) roots: Vec<Value>,
    /// Called by the code, and so kept as long as that is.
    pub(super) near: Option<Rc<Mmap>>,
    pub(super) origins: Vec<Origin>,
    /// The position of the loop's first instruction.
    pub head: u32,
    /// The first and the last line of the loop.
    pub lines: (u32, u32),
    /// How long it took to compile.
    pub compile_time: Duration,
}

impl CompiledLoop {
    /// Enters the loop at its head. The operands of the loop's head lie behind the slots of the frame.
    ///
    /// # Safety
    /// `frame` has to point to the slots of the function that the loop belongs to, with room for its operands behind them. The
    /// context is of the machine and the module that the loop was compiled for.
    pub unsafe fn run(&self, frame: *mut Value, context: &mut NativeContext) -> Left {
        self.entries.set(self.entries.get() + 1);
        let (outer_frame, outer_calls) = (context.frame, context.calls);
        context.frame = frame;
        context.calls = self.calls.as_ptr();
        context.refresh();
        // SAFETY: the memory holds a function of this signature, which was made for the platform's calling convention.
        let function: extern "C" fn(*mut NativeContext) -> u64 = unsafe { std::mem::transmute(self.memory.as_ptr()) };
        let result = function(context);
        context.frame = outer_frame;
        context.calls = outer_calls;
        if result & RAISED == RAISED {
            return Left::Raised(result as u32);
        }
        let site = &self.sites[(result >> 32) as usize];
        site.count.set(site.count.get() + 1);
        Left::At(site.position, site.reason)
    }

    /// The machine code.
    pub fn bytes(&self) -> &[u8] {
        &self.memory[..self.length]
    }

    /// Where the machine code lies.
    pub fn address(&self) -> u64 {
        self.memory.as_ptr() as u64
    }

    /// What instructions the machine code belongs to, by address.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The functions that it may call, by their addresses.
    pub fn callees(&self) -> Vec<(u64, &'static str)> {
        let near = self.near.iter().map(|near| (near.as_ptr() as u64, "hypot"));
        helpers::named().into_iter().chain(near).collect()
    }

    /// How often it was entered.
    pub fn entries(&self) -> u64 {
        self.entries.get()
    }

    /// The ways out, each with how often it was taken.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// How often it was left because something was not as assumed.
    pub fn surprises(&self) -> u64 {
        self.sites.iter().filter(|site| site.reason.is_surprise()).map(Site::count).sum()
    }

    /// How often the interpreter was called for each instruction of the function.
    pub fn interpreted(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        (0..).zip(self.calls.iter().map(Cell::get)).filter(|&(_, count)| count > 0)
    }

    /// Values that have to be kept alive as long as this code is: it knows them by their places.
    pub fn roots(&self) -> &[Value] {
        &self.roots
    }
}
