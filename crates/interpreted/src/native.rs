//! Loops of the program as machine code.
//!
//! Compiled code works on the interpreter's own frame. It is entered at the head of a loop, tests what it assumes of the locals,
//! loads them into registers and runs. When something is not as assumed (another type, an integer that outgrows 64 bits, an index
//! outside a list), it writes everything back into the frame and returns the position of the instruction that it could not do. The
//! interpreter does that instruction again, and raises what has to be raised. So nothing here raises anything.
//!
//! Types come from a [`TypeSource`]; how they are known is not known here.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use memmap2::Mmap;

use crate::bytecode::Code;
use crate::heap::Heap;
use crate::names::Names;
use crate::objects::Module;
use crate::types::TypeSource;
use crate::value::{Ref, Value};

mod arithmetic;
mod calls;
mod code;
mod complex;
mod elements;
mod emit;
mod flow;
mod held;
mod helpers;
mod jumps;
mod layout;
mod memory;
mod near;
mod region;
mod rules;
mod squares;
#[cfg(test)]
mod tests;
mod watch;

pub use code::{CompiledLoop, Interpret, Left, NativeContext, Origin, Reason, Site, Step};
pub(crate) use region::depths;
pub use rules::Intrinsic;
pub use squares::BAND;
pub use watch::{Next, Watched};

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Whether a comparison of an absolute value with a constant is decided by squares where they decide it.
    pub squares: bool,
    /// How often a loop goes round before it is looked at.
    pub threshold: u32,
    /// How many rounds are looked at before it is compiled.
    pub recorded: u32,
    /// How often a loop may be left because something was not as assumed, before it is compiled again.
    pub leavings: u64,
    /// How often a loop is compiled at most.
    pub compilations: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { squares: true, threshold: 100, recorded: 3, leavings: 20, compilations: 4 }
    }
}

/// Why a loop is not compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line of the loop, or of what stands in the way.
    pub line: u32,
    /// The reason, as a person reads it.
    pub reason: String,
}

/// What the compiler has to know about the program.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The objects: classes with their layouts, modules with their values.
    pub heap: &'a Heap,
    /// The names.
    pub names: &'a Names,
    /// The module whose global names the code uses.
    pub module: Ref<Module>,
    /// Which built-in functions and types the compiler knows how to do.
    pub intrinsic: &'a dyn Fn(Value) -> Option<Intrinsic>,
    /// The method of lists of a name, as a function that takes the list as its first argument.
    pub list_method: &'a dyn Fn(&str) -> Option<Value>,
    /// Becomes true when the user presses Ctrl-C.
    pub interrupt: &'static AtomicBool,
    /// How often an attribute of a module has been set so far ([`NativeContext::module_changes`]).
    pub module_changes: u64,
}

/// What is compiled, all together.
struct Unit<'a> {
    environment: Environment<'a>,
    code: &'a Code,
    types: &'a dyn TypeSource,
    options: &'a Options,
    /// `hypot`, to be called without disturbing anybody's registers.
    near: Option<Rc<Mmap>>,
}

/// Why a loop cannot be compiled, and where.
#[derive(Clone, Debug)]
enum Problem {
    /// No instruction jumps back to its head.
    NoLoop,
    /// Nothing leads to its head.
    Unreachable,
    /// It has never gone round while it was looked at.
    Unseen,
    /// The function has more slots than can be followed.
    Slots,
    /// An instruction in the loop has no form in machine code, nor can the interpreter do it on the way.
    Instruction(u32, &'static str),
    /// The code generator says so.
    Generator(String),
}

impl Problem {
    fn refused(self, code: &Code, head: u32) -> Refused {
        let (position, reason) = match self {
            Problem::NoLoop => (head, "no instruction jumps back to this one".to_owned()),
            Problem::Unreachable => (head, "nothing leads to this loop".to_owned()),
            Problem::Unseen => (head, "the loop has not been seen running".to_owned()),
            Problem::Slots => (head, format!("the function has more than {} variables", region::MOST_SLOTS)),
            Problem::Instruction(position, reason) => (position, reason.to_owned()),
            Problem::Generator(reason) => (head, reason),
        };
        Refused { line: code.lines.get(position as usize).copied().unwrap_or(code.first_line), reason }
    }
}

/// Makes machine code of loops.
pub struct Compiler {
    isa: OwnedTargetIsa,
    context: cranelift_codegen::Context,
    builder: FunctionBuilderContext,
    near: Option<Rc<Mmap>>,
}

impl Compiler {
    /// A compiler for the processor at hand, or why there is none.
    pub fn new() -> Result<Compiler, String> {
        let mut flags = settings::builder();
        for (name, value) in [("opt_level", "speed"), ("enable_verifier", if cfg!(test) { "true" } else { "false" })] {
            flags.set(name, value).map_err(|error| error.to_string())?;
        }
        let isa =
            cranelift_native::builder()?.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())?;
        if isa.pointer_bits() != 64 {
            return Err("machine code is made for 64-bit processors only".to_owned());
        }
        Ok(Compiler {
            isa,
            context: cranelift_codegen::Context::new(),
            builder: FunctionBuilderContext::new(),
            near: None,
        })
    }

    /// Compiles the loop that begins at an instruction.
    pub fn compile(
        &mut self,
        environment: Environment<'_>,
        code: &Code,
        head: u32,
        types: &dyn TypeSource,
        options: &Options,
    ) -> Result<CompiledLoop, Refused> {
        let begun = Instant::now();
        let refused = |problem: Problem| problem.refused(code, head);
        let near = if options.squares { Some(self.near().map_err(refused)?) } else { None };
        let unit = Unit { environment, code, types, options, near };
        let mut compiled = self.unit(&unit, head).map_err(refused)?;
        compiled.compile_time = begun.elapsed();
        Ok(compiled)
    }

    fn near(&mut self) -> Result<Rc<Mmap>, Problem> {
        if let Some(near) = &self.near {
            return Ok(near.clone());
        }
        let near = near::compile(&*self.isa, &mut self.context, &mut self.builder)?;
        Ok(self.near.insert(near).clone())
    }

    fn unit(&mut self, unit: &Unit<'_>, head: u32) -> Result<CompiledLoop, Problem> {
        if unit.code.slots.len() > region::MOST_SLOTS {
            return Err(Problem::Slots);
        }
        let region = region::Region::new(unit.code, head).ok_or(Problem::NoLoop)?;
        let rules = rules::Rules { unit };
        let flow = flow::Flow::new(unit, &region, &rules)?;
        self.context.clear();
        let emitted = emit::emit(unit, &region, &flow, &*self.isa, &mut self.context.func, &mut self.builder);
        // A builder that was left in the middle cannot be used again.
        let emitted = emitted.inspect_err(|_| self.builder = FunctionBuilderContext::new())?;
        self.context
            .compile(&*self.isa, &mut Default::default())
            .map_err(|error| Problem::Generator(format!("the code generator refuses it: {:?}", error.inner)))?;
        let compiled = self.context.compiled_code().ok_or(Problem::Generator("there is no code".to_owned()))?;
        code::finish(unit, &region, compiled, emitted)
    }
}
