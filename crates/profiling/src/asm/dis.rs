//! Disassembling: the instructions of one function are decoded, and their lines, loops and guards are marked.

use std::collections::BTreeSet;
use std::sync::Arc;

use object::Architecture;

#[cfg(feature = "capstone")]
use super::aarch64;
use super::error::Error;
use super::flow::{Flow, FlowLoop, Graph};
use super::function::{Frame, Function};
use super::image::Image;
use super::instruction::{Callee, Guard, Instruction, Line, Purpose};
use super::listing::{Listing, Loop};
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
    let outside = |found: FlowLoop| Loop {
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
