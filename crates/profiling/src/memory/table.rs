//! The table of the memory profiler: what each line did to the memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

use super::expansion::MemoryTotal;
use super::{heap, resident};
use crate::lines::expansion::Source;
use crate::lines::functions::{OfFunction, collect, find, write_functions, write_place, write_rows};

/// The lines of several functions, sorted by file and line. `Display` prints them much as `memory_profiler` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryLines {
    /// The functions that have run.
    pub functions: Vec<MemoryFunction>,
}

/// The lines of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryFunction {
    /// Its path: `crate::module::function`, `crate::Type::method`.
    pub name: String,
    /// Its file, as `file!()` names it, without `a/..`.
    pub file: String,
    /// The line of its `fn`.
    pub line: u32,
    /// Its lines in order, each with what it did where a statement begins on it.
    pub lines: Vec<(u32, String, Option<MemoryLine>)>,
}

/// What one line did to the memory, over all its hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryLine {
    /// How often it has run to its end, or to a statement inside it.
    pub hits: u64,
    /// Bytes of the heap in use after it, the most of all hits.
    pub in_use: usize,
    /// Bytes in use after it less those before it, the sum of all hits.
    pub increment: i64,
    /// The most bytes in use at a time while it ran.
    pub peak: usize,
    /// The allocations that it made.
    pub allocations: u64,
    /// The bytes that it allocated, given back or not.
    pub allocated: usize,
    /// The resident memory after it in bytes, the most of all hits; zero where the system does not say.
    pub resident: usize,
}

impl MemoryLine {
    /// Another statement of the same line.
    fn add(&mut self, other: &Self) {
        self.hits = self.hits.max(other.hits);
        self.in_use = self.in_use.max(other.in_use);
        self.increment += other.increment;
        self.peak = self.peak.max(other.peak);
        self.allocations += other.allocations;
        self.allocated += other.allocated;
        self.resident = self.resident.max(other.resident);
    }
}

impl MemoryTotal {
    pub(super) fn get(&self) -> MemoryLine {
        MemoryLine {
            hits: self.hits.load(Relaxed),
            in_use: self.in_use.load(Relaxed),
            increment: self.increment.load(Relaxed),
            peak: self.peak.load(Relaxed),
            allocations: self.allocations.load(Relaxed),
            allocated: self.allocated.load(Relaxed),
            resident: self.resident.load(Relaxed),
        }
    }

    pub(super) fn take(&self) -> MemoryLine {
        MemoryLine {
            hits: self.hits.swap(0, Relaxed),
            in_use: self.in_use.swap(0, Relaxed),
            increment: self.increment.swap(0, Relaxed),
            peak: self.peak.swap(0, Relaxed),
            allocations: self.allocations.swap(0, Relaxed),
            allocated: self.allocated.swap(0, Relaxed),
            resident: self.resident.swap(0, Relaxed),
        }
    }
}

impl MemoryLines {
    pub(super) fn collect(read: impl Fn(&MemoryTotal) -> MemoryLine) -> Self {
        Self { functions: collect(read, MemoryFunction::new) }
    }

    /// The function whose path ends with this one: `function`, `Type::method`, or the whole.
    pub fn function(&self, path: &str) -> Option<&MemoryFunction> {
        find(&self.functions, path)
    }
}

impl MemoryFunction {
    fn new(source: &Source, statements: Vec<(u32, MemoryLine)>) -> Self {
        let text = source.text.iter().map(|&(number, text)| (number, (text, None)));
        let mut lines: BTreeMap<u32, (&str, Option<MemoryLine>)> = text.collect();
        for (number, statement) in statements {
            if let Some((_, line)) = lines.get_mut(&number) {
                line.get_or_insert_default().add(&statement);
            }
        }
        let lines = lines.into_iter().map(|(number, (text, line))| (number, text.into(), line)).collect();
        Self { name: source.function(), file: crate::paths::tidy(source.file), line: source.line, lines }
    }

    /// What a line did; `None` when no statement begins there.
    pub fn line(&self, number: u32) -> Option<MemoryLine> {
        self.lines.iter().find(|(found, ..)| *found == number)?.2
    }
}

impl OfFunction for MemoryFunction {
    fn place(&self) -> (&str, u32, &str) {
        (&self.file, self.line, &self.name)
    }
}

impl fmt::Display for MemoryLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_functions(f, &self.functions)
    }
}

impl fmt::Display for MemoryFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, self)?;
        if heap().is_none() {
            writeln!(f, "Heap: not counted, the global allocator is no CountingAllocator")?;
        }
        writeln!(f)?;
        let counted = |text: String| if heap().is_some() { text } else { "-".into() };
        let row = |(number, text, line): &(u32, String, Option<MemoryLine>)| {
            let number = number.to_string();
            let cells = match line {
                None => [number].into_iter().chain([const { String::new() }; 6]).collect::<Vec<_>>(),
                Some(line) if line.hits == 0 => {
                    [number, "0".into()].into_iter().chain([const { String::new() }; 5]).collect()
                }
                Some(line) => vec![
                    number,
                    line.hits.to_string(),
                    counted(bytes(line.in_use)),
                    counted(match line.increment {
                        0 => bytes(0),
                        1.. => format!("+{}", bytes(line.increment.unsigned_abs() as usize)),
                        _ => format!("-{}", bytes(line.increment.unsigned_abs() as usize)),
                    }),
                    counted(bytes(line.peak)),
                    counted(line.allocations.to_string()),
                    if resident().is_some() { bytes(line.resident) } else { "-".into() },
                ],
            };
            (<[String; 7]>::try_from(cells).expect("seven columns"), text.clone())
        };
        let rows: Vec<([String; 7], String)> = self.lines.iter().map(row).collect();
        write_rows(f, ["Line #", "Hits", "Heap", "Increment", "Peak", "Allocations", "RSS"], &rows)
    }
}

/// A size with three digits or four, in the unit that it needs.
pub(super) fn bytes(size: usize) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if size < 1024 {
        return format!("{size} B");
    }
    let mut scaled = size as f64 / 1024.0;
    let mut unit = 0;
    while scaled >= 1023.95 && unit + 1 < units.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    format!("{scaled:.1} {}", units[unit])
}
