//! What has become of the loops of a program: which were compiled, for which types, and where their machine code was left.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::Interpreter;
use crate::bytecode::Code;
use crate::library;
use crate::native::{CompiledLoop, Reason, Watched};
use crate::source::tree::Range;
use crate::state::Machine;
use crate::types::{Observed, Type, TypeSource};
use crate::value::Value;

/// What has become of the loops that were executed often.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    /// The loops, in the order of the functions and of their lines.
    pub loops: Vec<CompiledSummary>,
    /// Why nothing can be compiled on this machine, if that is so.
    pub unavailable: Option<String>,
}

/// What has become of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledSummary {
    /// The name of the file, without its folder.
    pub file: String,
    /// The function.
    pub function: String,
    /// The first and the last line.
    pub lines: (u32, u32),
    /// How often it was compiled: more than once where its types have changed.
    pub compilations: u32,
    /// How long that took, all of it.
    pub compile_time: Duration,
    /// The bytes of its machine code, of the newest where there are several.
    pub bytes: usize,
    /// How often the machine code was entered.
    pub entries: u64,
    /// Where it was left: the line, why, and how often.
    pub left: Vec<(u32, Reason, u64)>,
    /// The lines with instructions that it lets the interpreter do, and how many of those were executed.
    pub interpreted: Vec<(u32, u64)>,
    /// The variables and the types that they had at the head of the loop.
    pub types: Vec<(String, String)>,
    /// What was seen in the loop: the line, the text of what was computed, and its type.
    pub seen: Vec<(u32, String, String)>,
    /// Why there is no machine code any more, or never was: the line that stands in the way, and the reason.
    pub refused: Option<(u32, String)>,
}

impl Interpreter {
    /// What has become of the loops so far. There are none where every instruction is interpreted.
    pub fn compiled(&self) -> Compiled {
        let machine = &self.machine;
        let Some(observer) = &machine.execution.observer else { return Compiled::default() };
        let watched = observer.watched();
        let looked_at = watched.filter(|(_, _, _, watched)| watched.compilations() > 0 || watched.refused().is_some());
        let mut loops: Vec<_> = looked_at
            .map(|(code, seen, head, watched)| ((code.number, head), summary(machine, code, seen, head, watched)))
            .collect();
        loops.sort_by_key(|(place, _)| *place);
        Compiled {
            loops: loops.into_iter().map(|(_, summary)| summary).collect(),
            unavailable: observer.unavailable().map(str::to_owned),
        }
    }
}

fn summary(machine: &Machine, code: &Code, seen: &Observed, head: u32, watched: &Watched) -> CompiledSummary {
    let versions: Vec<&CompiledLoop> =
        watched.earlier().iter().chain(watched.compiled()).map(|version| &**version).collect();
    let newest = versions.last();
    let lines = newest.map_or_else(|| (code.line(head), code.line(head)), |newest| newest.lines);
    let mut summary = CompiledSummary {
        file: Path::new(&code.file.name).file_name().unwrap_or_default().to_string_lossy().into_owned(),
        function: code.qualified_name.to_string(),
        lines,
        compilations: watched.compilations(),
        compile_time: versions.iter().map(|version| version.compile_time).sum(),
        bytes: newest.map_or(0, |newest| newest.bytes().len()),
        entries: versions.iter().map(|version| version.entries()).sum(),
        left: Vec::new(),
        interpreted: Vec::new(),
        types: types(machine, code, seen, head),
        seen: in_lines(machine, code, seen, lines),
        refused: watched.refused().map(|refused| (refused.line, refused.reason.clone())),
    };
    for site in versions.iter().flat_map(|version| version.sites()).filter(|site| site.count() > 0) {
        let line = code.line(site.position);
        match summary.left.iter_mut().find(|(other, reason, _)| (*other, *reason) == (line, site.reason)) {
            Some((_, _, count)) => *count += site.count(),
            None => summary.left.push((line, site.reason, site.count())),
        }
    }
    summary.left.sort_by_key(|&(line, _, count)| (line, std::cmp::Reverse(count)));
    for (position, times) in versions.iter().flat_map(|version| version.interpreted()) {
        let line = code.line(position);
        match summary.interpreted.iter_mut().find(|(other, _)| *other == line) {
            Some((_, count)) => *count += times,
            None => summary.interpreted.push((line, times)),
        }
    }
    summary.interpreted.sort_unstable();
    summary
}

/// The types of the variables at the head of a loop.
fn types(machine: &Machine, code: &Code, seen: &Observed, head: u32) -> Vec<(String, String)> {
    let slots = code.slots.iter().zip(0..).map(|(&name, slot)| (name, seen.entry(head, slot)));
    let bound = slots.filter(|(_, kind)| *kind != Type::Never);
    bound.map(|(name, kind)| (machine.names.text(name).to_string(), word(machine, kind))).collect()
}

/// What was seen in lines, each text once.
fn in_lines(machine: &Machine, code: &Code, seen: &Observed, (first, last): (u32, u32)) -> Vec<(u32, String, String)> {
    let mut found = Vec::new();
    for (position, result) in seen.results().iter().enumerate() {
        let line = code.lines[position];
        let span = code.spans[position];
        let text = code.file.slice(Range { start: span.start, end: span.end });
        if !(first..=last).contains(&line) || result.kind == Type::Never || text.contains('\n') {
            continue;
        }
        let sight = (line, text.to_owned(), word(machine, result.kind));
        if !found.contains(&sight) {
            found.push(sight);
        }
    }
    found.sort_by_key(|(line, _, _)| *line);
    found
}

/// A type as a person reads it.
fn word(machine: &Machine, kind: Type) -> String {
    match kind {
        Type::Instance(class) => machine.heap[class].name.to_string(),
        Type::Constant(Value::Function(function)) => format!("the function {}", machine.heap[function].code.name),
        Type::Constant(Value::Builtin(function)) => format!("the built-in {}", library::name(function)),
        Type::Constant(Value::Class(class)) => format!("the class {}", machine.heap[class].name),
        Type::Constant(Value::Type(kind)) => format!("the type {}", kind.name()),
        Type::Constant(Value::Module(module)) => format!("the module {}", machine.heap[module].name),
        kind => kind.describe().to_owned(),
    }
}

impl Compiled {
    /// How long compiling took.
    pub fn time(&self) -> Duration {
        self.loops.iter().map(|summary| summary.compile_time).sum()
    }

    /// The types and values seen in the loops, line by line.
    pub fn seen(&self) -> String {
        let mut text = String::new();
        let mut shown: Vec<(&str, &(u32, String, String))> = Vec::new();
        // The lines of an inner loop are lines of the outer one too.
        for (summary, sight) in
            self.loops.iter().flat_map(|summary| summary.seen.iter().map(move |sight| (summary, sight)))
        {
            if !shown.contains(&(&summary.file, sight)) {
                shown.push((&summary.file, sight));
            }
        }
        shown.sort_by_key(|(file, (line, _, _))| (*file, *line));
        let width = shown.iter().map(|(_, (_, source, _))| source.chars().count()).max().unwrap_or(0);
        let mut before = None;
        for (file, (line, source, kind)) in shown {
            let place = if before == Some((file, line)) { String::new() } else { format!("{file}:{line}") };
            text += &format!("{place:<24} {source:<width$}  {kind}\n");
            before = Some((file, line));
        }
        text
    }
}

/// A table: for each loop a row, behind it the ways out and what the interpreter did; below it the types at its head.
impl fmt::Display for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.unavailable {
            return writeln!(f, "nothing can be compiled here: {why}");
        }
        if self.loops.is_empty() {
            return writeln!(f, "no loop was executed often enough to be compiled");
        }
        let mut rows = vec![
            ["loop", "lines", "compiled in", "bytes", "entered", "left at", "times", "because"].map(str::to_owned),
        ];
        for summary in &self.loops {
            rows.extend(summary.rows());
        }
        let mut widths = [0; 8];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &rows {
            let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
                0 | 7 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        for summary in &self.loops {
            let types: Vec<_> = summary.types.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
            writeln!(f, "types at the head of {}: {}", summary.title(), types.join(", "))?;
        }
        Ok(())
    }
}

impl CompiledSummary {
    fn title(&self) -> String {
        format!("{}:{} {}", self.file, self.lines.0, self.function)
    }

    fn rows(&self) -> Vec<[String; 8]> {
        let milliseconds = match self.compilations {
            1 => format!("{:.2} ms", self.compile_time.as_secs_f64() * 1e3),
            times => format!("{:.2} ms ({times} x)", self.compile_time.as_secs_f64() * 1e3),
        };
        let head = [
            self.title(),
            format!("{}-{}", self.lines.0, self.lines.1),
            milliseconds,
            self.bytes.to_string(),
            self.entries.to_string(),
        ];
        let left = self.left.iter().map(|(line, reason, times)| (*line, Some(*times), reason.describe().to_owned()));
        let interpreted = self
            .interpreted
            .iter()
            .map(|&(line, times)| (line, Some(times), "(done by the interpreter, then on)".to_owned()));
        let refused = self.refused.iter().map(|(line, reason)| (*line, None, format!("not compiled: {reason}")));
        let ways = left.chain(interpreted).chain(refused);
        let mut rows: Vec<_> = ways
            .enumerate()
            .map(|(row, (line, times, why))| {
                let [title, lines, time, bytes, entries] = if row == 0 { head.clone() } else { Default::default() };
                let times = times.map(|times| times.to_string()).unwrap_or_default();
                [title, lines, time, bytes, entries, line.to_string(), times, why]
            })
            .collect();
        if rows.is_empty() {
            let [title, lines, time, bytes, entries] = head;
            rows.push([title, lines, time, bytes, entries, String::new(), String::new(), String::new()]);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Engine;
    use crate::source::SourceFile;

    fn compiled(engine: Engine, text: &str) -> Compiled {
        let mut interpreter = Interpreter::new(Box::new(std::io::sink()), Vec::new());
        interpreter.set_engine(engine);
        interpreter.run(SourceFile::new("folder/x.py", text).unwrap()).unwrap();
        interpreter.compiled()
    }

    const SUMS: &str = "def add(values):
    total = 0
    for value in values:
        total = total + value
    return total

add([1] * 500)
add([1.5] * 500)
";

    #[test]
    fn a_loop_tells_its_types_its_entries_and_where_it_was_left() {
        let compiled = compiled(Engine::observed_at_once(), SUMS);
        let [summary] = &compiled.loops[..] else { panic!("{compiled}") };
        assert_eq!((summary.file.as_str(), summary.function.as_str(), summary.lines), ("x.py", "add", (3, 4)));
        assert!(summary.types.contains(&("values".to_owned(), "list".to_owned())), "{compiled}");
        assert!(summary.seen.contains(&(4, "total + value".to_owned(), "int".to_owned())), "{compiled}");
        assert!(
            summary.left.iter().any(|&(line, reason, count)| (line, reason) == (3, Reason::End) && count > 0),
            "{compiled}"
        );
        assert!(
            summary.left.iter().any(|&(_, reason, _)| reason.is_surprise()),
            "a float is not as assumed: {compiled}"
        );
        assert!(summary.entries > 1 && summary.bytes > 0, "{compiled}");
        assert_eq!(compiled.time(), summary.compile_time);
        assert!(compiled.to_string().contains("x.py:3 add"), "{compiled}");
        assert!(compiled.seen().contains("total + value"), "{}", compiled.seen());
    }

    #[test]
    fn nothing_is_compiled_where_every_instruction_is_interpreted_or_all_loops_are_short() {
        assert_eq!(compiled(Engine::Interpreted, SUMS), Compiled::default());
        let short = compiled(Engine::observed(), SUMS);
        assert_eq!(short.loops, []);
        assert_eq!(short.to_string(), "no loop was executed often enough to be compiled\n");
    }
}
