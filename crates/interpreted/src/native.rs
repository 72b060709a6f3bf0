//! Loops of the program as machine code.
//!
//! Compiled code works on the interpreter's own frame. It is entered at the head of a loop, tests what it assumes of the locals,
//! loads them into registers and runs. When something is not as assumed (another type, an integer that outgrows 64 bits, an index
//! outside a list), it writes everything back into the frame and returns the position of the instruction that it could not do. The
//! interpreter does that instruction again, and raises what has to be raised. So nothing here raises anything.
//!
//! Types come from a [`TypeSource`](crate::types::TypeSource); how they are known is not known here.
//!
//! The code generator takes long to build. Without the feature `compiler` it is left out, and a loop is refused with that reason.

use std::sync::atomic::AtomicBool;

use crate::heap::Heap;
use crate::names::Names;
use crate::objects::Module;
use crate::value::{Ref, Value};

/// In place of the compiler, in a build without the feature `compiler`.
#[cfg(not(feature = "compiler"))]
mod absent;
#[cfg(feature = "compiler")]
mod arithmetic;
#[cfg(feature = "compiler")]
mod calls;
#[cfg_attr(not(feature = "compiler"), expect(dead_code, reason = "there is no compiled loop"))]
mod code;
#[cfg(feature = "compiler")]
mod compiler;
#[cfg(feature = "compiler")]
mod complex;
#[cfg(feature = "compiler")]
mod elements;
#[cfg(feature = "compiler")]
mod emit;
#[cfg(feature = "compiler")]
mod finish;
#[cfg(feature = "compiler")]
mod flow;
#[cfg(feature = "compiler")]
mod held;
mod helpers;
mod intrinsic;
#[cfg(feature = "compiler")]
mod jumps;
#[cfg(feature = "compiler")]
mod layout;
#[cfg(feature = "compiler")]
mod memory;
#[cfg(feature = "compiler")]
mod near;
#[cfg_attr(
    not(feature = "compiler"),
    expect(dead_code, reason = "of a loop that is not compiled only the depths are used")
)]
mod region;
#[cfg(feature = "compiler")]
mod rules;
#[cfg(feature = "compiler")]
mod squares;
#[cfg(all(test, feature = "compiler"))]
mod tests;
mod watch;

#[cfg(not(feature = "compiler"))]
pub use absent::Compiler;
pub use code::{CompiledLoop, Interpret, Left, NativeContext, Origin, Reason, Site, Step};
#[cfg(feature = "compiler")]
pub use compiler::Compiler;
#[cfg(feature = "compiler")]
use compiler::{Problem, Unit};
pub use intrinsic::Intrinsic;
pub(crate) use region::depths;
#[cfg(feature = "compiler")]
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
