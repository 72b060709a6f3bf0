//! The disassembly of one function, with its source lines, loops and calls.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use object::Architecture;

#[cfg(feature = "capstone")]
use super::aarch64;
use super::built;
use super::count::{Count, Counts};
use super::error::Error;
use super::flow::{Flow, Graph};
use super::image::{Frame, Function, Image, last_part, without_generics};
use super::x86;

/// Disassembles one function of the running program, as Python's `dis.dis` does.
///
/// # Errors
/// As [`Image::of_this_program`] and [`Image::dis`] do.
///
/// ```
/// #[inline(never)]
/// fn half(x: f64) -> f64 {
///     x / 2.0
/// }
///
/// assert_eq!(std::hint::black_box(half)(3.0), 1.5);
/// # if cfg!(target_arch = "x86_64") {
/// let listing = profiling::asm::dis("half")?;
/// assert_eq!(listing.counts().whole.scalar, 1);
/// println!("{listing}");
/// # }
/// # Ok::<(), profiling::asm::Error>(())
/// ```
pub fn dis(name: &str) -> Result<Listing, Error> {
    Image::of_this_program()?.dis(name)
}

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
    purpose: Purpose,
}

impl Callee {
    pub(crate) fn named(name: Arc<str>) -> Self {
        Self { purpose: purpose(&name), name: Some(name) }
    }

    pub(crate) fn unknown() -> Self {
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

    pub(crate) fn never_returns(&self) -> bool {
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
    /// The innermost loop around it, an index of [`Listing::loops`].
    pub in_loop: Option<usize>,
    /// The line of the function's own file that it comes from, or the outermost one when it comes from elsewhere.
    pub line: Option<Line>,
    /// All the places that it comes from, from the inside out.
    pub frames: Arc<[Frame]>,
}

impl Instruction {
    /// An instruction of which nothing is known but where it is.
    pub(crate) fn unmarked(address: u64, length: u8) -> Self {
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

    fn is_trap(&self) -> bool {
        ["ud2", "udf", "brk"].iter().any(|name| self.text.starts_with(name))
    }

    fn is_padding(&self) -> bool {
        self.text.starts_with("nop") || self.text.starts_with("int3")
    }
}

/// A loop of the machine code. One loop of the source may be several: unrolled, packed, and the scalar rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The address of the instruction that each round begins with.
    pub head: u64,
    /// The addresses of the jumps back to it.
    pub back: Vec<u64>,
    /// The number of loops around it and itself.
    pub depth: u32,
    /// The innermost loop around it, an index of [`Listing::loops`].
    pub parent: Option<usize>,
    /// Its instructions, those of inner loops too: indices of [`Listing::instructions`], ascending.
    pub body: Vec<usize>,
}

/// The disassembly of one function. `Display` writes it with the source lines between the instructions.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    function: Function,
    instructions: Vec<Instruction>,
    loops: Vec<Loop>,
    closures: Vec<Function>,
    changed: Vec<Arc<str>>,
}

impl Image {
    /// The disassembly of the function of that name; [`find`](Self::find) tells what a name may be.
    ///
    /// # Errors
    /// When there is not exactly one function of that name, and [`Error::Unavailable`] for other processors than x86-64 and, with the feature
    /// `capstone`, aarch64.
    pub fn dis(&self, name: &str) -> Result<Listing, Error> {
        self.listing(self.find(name)?)
    }

    /// The disassembly of a function.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for other processors than x86-64 and, with the feature
    /// `capstone`, aarch64.
    pub fn listing(&self, function: &Function) -> Result<Listing, Error> {
        let code = self.bytes(function.range()).filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| Error::Truncated { file: self.path().to_path_buf() })?;
        let (mut instructions, flows) = match self.architecture() {
            Architecture::X86_64 => x86::decode(self, function, code),
            #[cfg(feature = "capstone")]
            Architecture::Aarch64 => aarch64::decode(self, function, code)?,
            #[cfg(not(feature = "capstone"))]
            Architecture::Aarch64 => {
                let why = "listings of aarch64 code need the feature `capstone` of the crate `profiling`".to_owned();
                return Err(Error::Unavailable { why });
            }
            other => {
                let other = format!("{other:?}").to_lowercase();
                let why = format!("listings are made of x86-64 and aarch64 code; this is {other}");
                return Err(Error::Unavailable { why });
            }
        };
        let loops = mark_flow(&mut instructions, &flows);
        self.mark_lines(&mut instructions);
        let closures = self.closures(function).into_iter().cloned().collect();
        let files = instructions.iter().filter_map(|instruction| Some(&instruction.line.as_ref()?.file));
        let files: BTreeSet<_> = files.filter(|file| self.is_older_than(&***file)).cloned().collect();
        Ok(Listing { function: function.clone(), instructions, loops, closures, changed: files.into_iter().collect() })
    }

    fn mark_lines(&self, instructions: &mut [Instruction]) {
        let mut before: Arc<[Frame]> = Arc::from([]);
        let mut own: Option<Arc<str>> = None;
        for instruction in instructions {
            let frames = self.frames(instruction.address);
            if *frames != *before {
                before = frames.into();
            }
            instruction.frames = before.clone();
            if own.is_none() {
                own = before.last().and_then(|frame| frame.file.clone());
            }
            let line = |frame: &Frame| Some(Line { file: frame.file.clone()?, number: frame.line? });
            let mut lines = before.iter().filter_map(line);
            instruction.line =
                lines.clone().find(|line| Some(&line.file) == own.as_ref()).or_else(|| lines.next_back());
        }
    }
}

/// Ends the flow at calls that never come back.
pub(crate) fn never_returning(flows: &mut [Flow], callees: &[Option<Callee>]) {
    for (flow, callee) in flows.iter_mut().zip(callees) {
        if callee.as_ref().is_some_and(Callee::never_returns) {
            *flow = Flow::Leave;
        }
    }
}

/// The numbers of labels, by the addresses that something jumps to.
pub(crate) fn labels(flows: &[Flow], address: impl Fn(usize) -> u64) -> BTreeMap<u64, usize> {
    let mut targets = BTreeSet::new();
    for flow in flows {
        match flow {
            Flow::Jump(target) | Flow::Branch(target) => _ = targets.insert(address(*target)),
            Flow::Table(several) => targets.extend(several.iter().map(|&target| address(target))),
            Flow::Next | Flow::Leave => {}
        }
    }
    targets.into_iter().enumerate().map(|(index, target)| (target, index + 1)).collect()
}

/// The numbers in the lanes of a register, as short as they can be written.
pub(crate) fn in_lanes(numbers: &[String]) -> String {
    match numbers {
        [number] => number.clone(),
        [first, rest @ ..] if rest.iter().all(|number| number == first) => {
            format!("{first} in {} lanes", numbers.len())
        }
        _ => format!("[{}]", numbers.join(", ")),
    }
}

/// Marks loops and guards, and returns the loops.
fn mark_flow(instructions: &mut [Instruction], flows: &[Flow]) -> Vec<Loop> {
    if instructions.is_empty() {
        return Vec::new();
    }
    let graph = Graph::new(flows);
    let loops = graph.loops();
    for (index, found) in loops.iter().enumerate() {
        // The inner ones come after those around them.
        for &at in &found.body {
            instructions[at].depth = found.depth;
            instructions[at].in_loop = Some(index);
        }
    }
    for block in 0..graph.blocks() {
        let Some(at) = graph.instructions(block).last() else { continue };
        if matches!(flows[at], Flow::Branch(_)) {
            let guards = graph.successors(block).iter().filter_map(|&next| panic_after(&graph, instructions, next));
            instructions[at].guards = guards.min_by_key(|guard| guard.purpose);
        }
    }
    mark_cold(&graph, instructions, flows);
    let address = |at: usize| instructions[at].address;
    let outside = |found: super::flow::FlowLoop| Loop {
        head: address(found.head),
        back: found.back.into_iter().map(address).collect(),
        depth: found.depth,
        parent: found.parent,
        body: found.body,
    };
    loops.into_iter().map(outside).collect()
}

/// Marks the blocks from which no way leads out of the function but a panic.
fn mark_cold(graph: &Graph, instructions: &mut [Instruction], flows: &[Flow]) {
    let returns = |block: &usize| {
        graph.instructions(*block).last().is_some_and(|at| {
            let instruction = &instructions[at];
            let panics = instruction.callee.as_ref().is_some_and(Callee::never_returns);
            flows[at] == Flow::Leave && !panics && !instruction.is_trap() && !instruction.is_padding()
        })
    };
    let mut open: Vec<usize> = (0..graph.blocks()).filter(returns).collect();
    if open.is_empty() {
        // A function that is never left on purpose.
        return;
    }
    let mut warm = vec![false; graph.blocks()];
    while let Some(block) = open.pop() {
        if !std::mem::replace(&mut warm[block], true) {
            open.extend(graph.predecessors(block));
        }
    }
    for block in (0..graph.blocks()).filter(|&block| !warm[block]) {
        for at in graph.instructions(block) {
            instructions[at].cold = !instructions[at].is_padding();
        }
    }
}

/// The panic that a block leads to without any choice.
fn panic_after(graph: &Graph, instructions: &[Instruction], mut block: usize) -> Option<Guard> {
    // Long ways round to a panic exist in theory only.
    for _ in 0..8 {
        for at in graph.instructions(block) {
            if let Some(callee) = &instructions[at].callee
                && matches!(callee.purpose, Purpose::BoundsCheck | Purpose::Panic)
            {
                return Some(Guard { purpose: callee.purpose, call: instructions[at].address });
            }
        }
        match graph.successors(block) {
            [next] => block = *next,
            _ => return None,
        }
    }
    None
}

impl Listing {
    /// The function.
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// The instructions, by address.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The loops, outer ones before those within.
    pub fn loops(&self) -> &[Loop] {
        &self.loops
    }

    /// The loop in which the time is probably spent: of the deepest loops the one that computes with the widest vectors, as the others
    /// are then what is left over for single numbers; then the one with the most floating-point instructions, then the longest. A
    /// guess from the shape of the code alone, which knows nothing of how often a loop runs.
    pub fn hottest_loop(&self) -> Option<&Loop> {
        let weight = |found: &&Loop| {
            let count = Count::of(found.body.iter().map(|&at| &self.instructions[at]));
            (found.depth, count.vector_bits, count.packed + count.scalar, count.instructions, Reverse(found.head))
        };
        self.loops.iter().max_by_key(weight)
    }

    /// Functions of their own that the compiler has made of this function's closures.
    pub fn closures(&self) -> &[Function] {
        &self.closures
    }

    /// The source files of its lines that have been changed since the program was built: the lines that are shown of them may not be
    /// those that were compiled. The text of the listing says so.
    pub fn changed_sources(&self) -> &[Arc<str>] {
        &self.changed
    }

    /// How many instructions of each class there are: in the function, in its hottest loop, and on each line.
    pub fn counts(&self) -> Counts {
        Counts::of(self)
    }

    /// The listing as text. Sources that are no longer where the compiler read them are left out.
    pub fn text(&self, layout: Layout) -> String {
        let mut text = String::new();
        let sources = Sources::default();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text, layout, &sources);
        text
    }

    /// One of the loops as text.
    pub fn loop_text(&self, shown: &Loop, layout: Layout) -> String {
        let name = self.function.name();
        let mut text = format!("{name}, {} instructions of a loop\n", shown.body.len());
        let body: Vec<&Instruction> = shown.body.iter().map(|&at| &self.instructions[at]).collect();
        // Writing to a string cannot fail.
        let _ = self.write_instructions(&mut text, &body, layout, &Sources::default());
        text
    }

    fn write(&self, out: &mut impl fmt::Write, layout: Layout, sources: &Sources) -> fmt::Result {
        let function = &self.function;
        writeln!(
            out,
            "{}  {} instructions, {} bytes at {:#x}",
            function.name(),
            self.instructions.len(),
            function.size(),
            function.address()
        )?;
        for alias in function.aliases() {
            writeln!(out, "the same code as {alias}")?;
        }
        self.write_instructions(out, &self.instructions.iter().collect::<Vec<_>>(), layout, sources)?;
        if !self.closures.is_empty() {
            writeln!(out, "\nClosures compiled as functions of their own:")?;
            for closure in &self.closures {
                writeln!(out, "  {:#x}  {}", closure.address(), closure.name())?;
            }
        }
        Ok(())
    }

    fn write_instructions(
        &self,
        out: &mut impl fmt::Write,
        shown: &[&Instruction],
        layout: Layout,
        sources: &Sources,
    ) -> fmt::Result {
        let deepest = self.instructions.iter().map(|instruction| instruction.depth).max().unwrap_or(0) as usize;
        let bars = |depth: u32| format!("{:<deepest$}", "│".repeat(depth as usize));
        let own = self.instructions.iter().find_map(|instruction| Some(instruction.line.as_ref()?.file.clone()));
        if layout.sources {
            self.changed.iter().try_for_each(|file| writeln!(out, "{}", built::warning(&short(file))))?;
            own.iter().try_for_each(|file| writeln!(out, "{}", short(file)))?;
        }
        let mut line: Option<&Line> = None;
        for &instruction in shown {
            if layout.sources && instruction.line.as_ref() != line {
                line = instruction.line.as_ref();
                writeln!(out)?;
                match line {
                    Some(line) => {
                        let other = own.as_ref() != Some(&line.file);
                        let file = if other { format!("{}:", short(&line.file)) } else { String::new() };
                        let source = sources.line(line).unwrap_or_default();
                        writeln!(out, "{}", format!("{file}{:>4}  {source}", line.number).trim_end())?;
                    }
                    None => writeln!(out, "   -  <no line>")?,
                }
            }
            if let Some(label) = instruction.label {
                let found = self.loops.iter().find(|found| found.head == instruction.address);
                let found = found.map(|found| format!("  loop, depth {}", found.depth)).unwrap_or_default();
                writeln!(
                    out,
                    "{:>width$}  {}  .{label}:{found}",
                    "",
                    bars(instruction.depth),
                    width = layout.margin()
                )?;
            }
            if layout.addresses {
                write!(out, "  {:>10x}", instruction.address)?;
            }
            let note = self.note(instruction);
            let text = match layout.addresses {
                true => instruction.text.clone(),
                false => without_address(&instruction.text),
            };
            match note.is_empty() {
                true => writeln!(out, "  {}    {text}", bars(instruction.depth))?,
                false => writeln!(out, "  {}    {text:<48}  ; {note}", bars(instruction.depth))?,
            }
        }
        Ok(())
    }

    /// What is worth knowing about an instruction beyond its text.
    pub(crate) fn note(&self, instruction: &Instruction) -> String {
        let mut notes: Vec<String> = instruction.comment.iter().cloned().collect();
        if self.loops.iter().any(|found| found.back.contains(&instruction.address)) {
            notes.push("loops".into());
        }
        match instruction.guards.map(|guard| guard.purpose) {
            Some(Purpose::BoundsCheck) => notes.push("bounds check".into()),
            Some(_) => notes.push("may panic".into()),
            None => {}
        }
        notes.join(", ")
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Layout::default(), &Sources::default())
    }
}

/// A text without the address of data that the program holds: another build has it elsewhere.
fn without_address(text: &str) -> String {
    match text.split_once("[0x").and_then(|(before, rest)| Some((before, rest.split_once(']')?.1))) {
        Some((before, after)) => format!("{before}[data]{after}"),
        None => text.to_owned(),
    }
}

/// What a listing shows beside the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The source lines between the instructions.
    pub sources: bool,
    /// The addresses of instructions and of data; without them the listings of two builds can be compared line by line.
    pub addresses: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { sources: true, addresses: true }
    }
}

impl Layout {
    fn margin(self) -> usize {
        if self.addresses { 12 } else { 0 }
    }
}

/// Source files, each read once.
#[derive(Default)]
pub(crate) struct Sources {
    files: RefCell<HashMap<Arc<str>, Option<Text>>>,
}

type Text = Arc<[String]>;

impl Sources {
    pub(crate) fn file(&self, file: &Arc<str>) -> Option<Text> {
        let read = || {
            let bytes = fs::read(&**file).ok()?;
            Some(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
        };
        self.files.borrow_mut().entry(file.clone()).or_insert_with(read).clone()
    }

    fn line(&self, line: &Line) -> Option<String> {
        self.file(&line.file)?.get(line.number.checked_sub(1)? as usize).cloned()
    }
}

/// The end of a path, as much of it as tells the file.
pub(crate) fn short(path: &str) -> String {
    let parts: Vec<_> = Path::new(path).iter().map(|part| part.to_string_lossy()).collect();
    // The crate's folder, `src` and the file.
    let start = parts.iter().rposition(|part| part == "src").unwrap_or(parts.len().saturating_sub(1));
    let mut text = String::new();
    for part in &parts[start.saturating_sub(1).max(usize::from(parts.len() > 1 && parts[0] == "/"))..] {
        let _ = write!(text, "{}{part}", if text.is_empty() { "" } else { "/" });
    }
    text
}
