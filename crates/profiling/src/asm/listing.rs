//! The disassembly of one function, and its text: source lines, labels, loops and calls.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::built;
use super::function::Function;
use super::instruction::{Instruction, Line, Purpose};

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
    pub(super) function: Function,
    pub(super) instructions: Vec<Instruction>,
    pub(super) loops: Vec<Loop>,
    pub(super) closures: Vec<Function>,
    pub(super) changed: Vec<Arc<str>>,
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

    /// Functions of their own that the compiler has made of this function's closures.
    pub fn closures(&self) -> &[Function] {
        &self.closures
    }

    /// The source files of its lines that have been changed since the program was built: the lines that are shown of them may not be
    /// those that were compiled. The text of the listing says so.
    pub fn changed_sources(&self) -> &[Arc<str>] {
        &self.changed
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
    pub(super) fn note(&self, instruction: &Instruction) -> String {
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
pub(super) struct Sources {
    files: RefCell<HashMap<Arc<str>, Option<Text>>>,
}

type Text = Arc<[String]>;

impl Sources {
    pub(super) fn file(&self, file: &Arc<str>) -> Option<Text> {
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
pub(super) fn short(path: &str) -> String {
    let parts: Vec<_> = Path::new(path).iter().map(|part| part.to_string_lossy()).collect();
    // The crate's folder, `src` and the file.
    let start = parts.iter().rposition(|part| part == "src").unwrap_or(parts.len().saturating_sub(1));
    let mut text = String::new();
    for part in &parts[start.saturating_sub(1).max(usize::from(parts.len() > 1 && parts[0] == "/"))..] {
        let _ = write!(text, "{}{part}", if text.is_empty() { "" } else { "/" });
    }
    text
}
