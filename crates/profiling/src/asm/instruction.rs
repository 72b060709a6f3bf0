//! Instructions: what each is for, what it calls, and where it comes from.

use std::sync::Arc;

use super::function::Frame;
use super::names::{last_part, without_generics};

/// What an instruction is for. Each instruction has one class; whether it also loads, stores or divides is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Computes with all lanes of a vector register.
    Packed,
    /// Computes with one floating-point number.
    Scalar,
    /// Computes with integers: counters, addresses, comparisons.
    Integer,
    /// Copies a number or a vector, from memory, to memory, or between registers and lanes.
    Move,
    /// Jumps within the function.
    Branch,
    /// Calls another function, also by a jump in the place of a return.
    Call,
    /// Anything else: returns, pushes, pops, no-ops.
    Other,
}

/// What a called function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Panics because an index or a range is out of bounds.
    BoundsCheck,
    /// Panics for another reason, or aborts.
    Panic,
    /// Goes on with unwinding; runs only after a panic.
    Unwind,
    /// Allocates, grows or frees memory on the heap.
    Allocation,
    /// Copies, fills or compares a block of memory.
    Memory,
    /// Computes a mathematical function.
    Mathematics,
    /// Anything else, or a function that is known only when the program runs.
    Other,
}

/// A called function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callee {
    name: Option<Arc<str>>,
    pub(super) purpose: Purpose,
}

impl Callee {
    pub(super) fn named(name: Arc<str>) -> Self {
        Self { purpose: purpose(&name), name: Some(name) }
    }

    pub(super) fn unknown() -> Self {
        Self { name: None, purpose: Purpose::Other }
    }

    /// The function's name; `None` when its address is known only at run time.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it is for, judged by its name.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    pub(super) fn never_returns(&self) -> bool {
        // A cleanup function that is called in a landing pad comes back.
        matches!(self.purpose, Purpose::BoundsCheck | Purpose::Panic | Purpose::Unwind)
    }
}

fn purpose(name: &str) -> Purpose {
    let path = without_generics(name);
    let last = last_part(&path);
    let is = |names: &[&str]| names.contains(&last);
    let fails = last.ends_with("_fail") || last.ends_with("_failed") || last.contains("_fail_");
    if last.contains("bounds") && (last.starts_with("panic") || last.contains("out_of"))
        || path.starts_with("core::slice::index") && (fails || last.contains("fail"))
        || is(&["slice_error_fail", "slice_error_fail_rt", "len_mismatch_fail", "copy_from_slice_len_mismatch_fail"])
    {
        return Purpose::BoundsCheck;
    }
    if is(&["_Unwind_Resume", "_Unwind_RaiseException", "panic_in_cleanup", "panic_cannot_unwind"]) {
        return Purpose::Unwind;
    }
    let panics = last.starts_with("panic_") && !last.starts_with("panic_count")
        || path.starts_with("core::panicking::")
        || fails && (path.starts_with("core::") || path.starts_with("alloc::") || path.starts_with("std::"))
        || is(&[
            "panic",
            "begin_panic",
            "begin_panic_handler",
            "rust_panic",
            "rust_begin_unwind",
            "abort",
            "exit",
            "_exit",
        ])
        || is(&["handle_error", "handle_alloc_error", "capacity_overflow", "__stack_chk_fail", "abort_internal"]);
    if panics {
        return Purpose::Panic;
    }
    let allocates = last.starts_with("__rust_") || last.starts_with("__rdl_") || last.starts_with("__rg_");
    if allocates && (last.contains("alloc") || last.contains("dealloc"))
        || is(&["malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "exchange_malloc"])
        || path.contains("raw_vec::") && (last.contains("grow") || last.contains("alloc") || last.contains("reserve"))
        || last == "drop_in_place" && (name.contains("Vec<") || name.contains("Box<"))
    {
        return Purpose::Allocation;
    }
    if is(&["memcpy", "memmove", "memset", "memcmp", "bcmp", "__memcpy_chk"]) {
        return Purpose::Memory;
    }
    const MATHEMATICS: [&str; 33] = [
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "erf", "exp",
        "exp2", "expm1", "floor", "fma", "fmod", "hypot", "ldexp", "lgamma", "log", "log10", "log1p", "log2", "pow",
        "round", "sin", "sincos", "sinh", "tan", "tanh", "trunc",
    ];
    let plain = last.strip_suffix('f').filter(|plain| MATHEMATICS.contains(plain)).unwrap_or(last);
    if MATHEMATICS.contains(&plain)
        && (path == last || path.starts_with("compiler_builtins::") || path.starts_with("libm::"))
    {
        return Purpose::Mathematics;
    }
    Purpose::Other
}

/// A jump that leads to a panic, one way or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// What the panic says: [`Purpose::BoundsCheck`] or [`Purpose::Panic`].
    pub purpose: Purpose,
    /// The address of the call that panics.
    pub call: u64,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// The file, as an absolute path where the compiler was told one.
    pub file: Arc<str>,
    /// The line's number, counted from one.
    pub number: u32,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Instruction {
    /// Its address in the file's own address space.
    pub address: u64,
    /// Its length in bytes.
    pub length: u8,
    /// Its text, with names instead of the addresses of functions and labels.
    pub text: String,
    /// What the text does not tell: the constant that is read, the function that is called through a register.
    pub comment: Option<String>,
    /// What it is for.
    pub class: Class,
    /// Whether it reads memory other than by `pop` and `ret`.
    pub loads: bool,
    /// Whether it writes memory other than by `push` and `call`.
    pub stores: bool,
    /// Whether it divides or takes a square root.
    pub divides: bool,
    /// The width in bits of the widest vector register that it names, 0 without one.
    pub vector_bits: u16,
    /// Where a jump within the function goes.
    pub target: Option<u64>,
    /// The number of its label, when something within the function jumps to it.
    pub label: Option<usize>,
    /// What it calls.
    pub callee: Option<Callee>,
    /// The panic that it decides about.
    pub guards: Option<Guard>,
    /// Whether it runs only on the way to a panic or during one.
    pub cold: bool,
    /// The number of loops around it.
    pub depth: u32,
    /// The innermost loop around it, an index of [`Listing::loops`](super::Listing::loops).
    pub in_loop: Option<usize>,
    /// The line of the function's own file that it comes from, or the outermost one when it comes from elsewhere.
    pub line: Option<Line>,
    /// All the places that it comes from, from the inside out.
    pub frames: Arc<[Frame]>,
}

impl Instruction {
    /// An instruction of which nothing is known but where it is.
    pub(super) fn unmarked(address: u64, length: u8) -> Self {
        Self {
            address,
            length,
            text: String::new(),
            comment: None,
            class: Class::Other,
            loads: false,
            stores: false,
            divides: false,
            vector_bits: 0,
            target: None,
            label: None,
            callee: None,
            guards: None,
            cold: false,
            depth: 0,
            in_loop: None,
            line: None,
            frames: Arc::from([]),
        }
    }

    pub(super) fn is_trap(&self) -> bool {
        ["ud2", "udf", "brk"].iter().any(|name| self.text.starts_with(name))
    }

    pub(super) fn is_padding(&self) -> bool {
        self.text.starts_with("nop") || self.text.starts_with("int3")
    }
}
