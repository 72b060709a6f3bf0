//! The loops of a program that was watched: which were compiled, for which types, and where they were left.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::observer::Observer;
use crate::bytecode::{Code, Instruction};
use crate::native::Reason;
use crate::source::tree;
use crate::state::Machine;
use crate::types::{Observed, Type};

/// A loop that was executed often enough to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedLoop {
    /// The name of its function.
    pub function: String,
    /// Its first and its last line.
    pub lines: (u32, u32),
    /// The type of each variable at its head, as it was seen: `zi complex`.
    pub types: Vec<(String, &'static str)>,
    /// What was seen in it: the line, what was computed there, and its type.
    pub seen: Vec<(u32, String, &'static str)>,
    /// Its machine code, if it has some.
    pub machine_code: Option<MachineCode>,
    /// Why it has none.
    pub refused: Option<String>,
}

/// The machine code of a loop, all versions of it together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MachineCode {
    /// How often it was compiled.
    pub compilations: u32,
    /// How long that took.
    pub time: Duration,
    /// The bytes of the last version.
    pub bytes: usize,
    /// How often it was entered.
    pub entries: u64,
    /// Where and why it was left, and how often.
    pub left: Vec<(u32, Reason, u64)>,
    /// The lines on which the interpreter was called, and how often.
    pub interpreted: Vec<(u32, u64)>,
}

/// The instructions of a compiled loop.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopCode {
    /// The name of its function.
    pub function: String,
    /// Its first and its last line.
    pub lines: (u32, u32),
    /// Where it lies.
    pub address: u64,
    /// The instructions, and behind them the constants that they read.
    pub bytes: Vec<u8>,
    /// Which bytes belong to which line, ascending.
    pub origins: Vec<(Range<u32>, u32)>,
    /// The functions that it may call, by address.
    pub callees: Vec<(u64, &'static str)>,
}

impl LoopCode {
    /// The machine code that the loops of a machine have now, in the order of their lines.
    pub(super) fn all(machine: &Machine) -> Vec<LoopCode> {
        let watched = machine.execution.observer.iter().flat_map(|observer| observer.watched());
        let compiled = watched.filter_map(|(code, .., watched)| Some((code, watched.compiled()?)));
        let mut all: Vec<_> = compiled
            .map(|(code, compiled)| LoopCode {
                function: code.qualified_name.to_string(),
                lines: compiled.lines,
                address: compiled.address(),
                bytes: compiled.bytes().to_vec(),
                origins: compiled
                    .origins()
                    .iter()
                    .map(|origin| (origin.start..origin.end, code.line(origin.position)))
                    .collect(),
                callees: compiled.callees(),
            })
            .collect();
        all.sort_by(|a, b| (a.lines, &a.function).cmp(&(b.lines, &b.function)));
        all
    }
}

/// All loops of a program that were looked at, in the order of their lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    /// The loops.
    pub loops: Vec<WatchedLoop>,
    /// Why nothing can be compiled on this machine, if that is so.
    pub unavailable: Option<String>,
}

impl Compiled {
    /// How long compiling took, all together.
    pub fn time(&self) -> Duration {
        self.loops.iter().filter_map(|watched| watched.machine_code.as_ref()).map(|code| code.time).sum()
    }

    /// What is known by now.
    pub(super) fn of(machine: &Machine) -> Compiled {
        let Some(observer) = &machine.execution.observer else { return Compiled::default() };
        let mut loops: Vec<_> = loops(machine, observer).collect();
        loops.sort_by(|a, b| (a.lines, &a.function).cmp(&(b.lines, &b.function)));
        let places: Vec<_> = loops.iter().map(|watched| (watched.function.clone(), watched.lines)).collect();
        for watched in &mut loops {
            // What was seen in an inner loop is said there.
            let inner = |lines: (u32, u32)| watched.lines.0 < lines.0 && lines.1 <= watched.lines.1;
            let inside = places.iter().filter(|(function, lines)| *function == watched.function && inner(*lines));
            let inside: Vec<_> = inside.map(|(_, lines)| lines.0..=lines.1).collect();
            watched.seen.retain(|(line, ..)| !inside.iter().any(|lines| lines.contains(line)));
        }
        Compiled { loops, unavailable: observer.unavailable().map(str::to_owned) }
    }
}

fn loops(machine: &Machine, observer: &Observer) -> impl Iterator<Item = WatchedLoop> {
    observer.watched().filter(|(.., watched)| watched.compilations() > 0).map(|(code, seen, head, watched)| {
        let slots = code.slots.iter().zip(0u32..);
        let known = slots.map(|(&name, slot)| (machine.names.text(name), seen.at(head, slot)));
        let known = known.filter(|(name, kind)| !name.starts_with('.') && !matches!(kind, Type::Never));
        let types = known.map(|(name, kind)| (name.to_string(), kind.describe())).collect();
        let versions: Vec<_> = watched.earlier().iter().chain(watched.compiled()).collect();
        let machine_code = versions.last().map(|last| {
            let mut code_of = MachineCode {
                compilations: watched.compilations(),
                time: versions.iter().map(|version| version.compile_time).sum(),
                bytes: last.bytes().len(),
                entries: versions.iter().map(|version| version.entries()).sum(),
                ..MachineCode::default()
            };
            for site in versions.iter().flat_map(|version| version.sites()).filter(|site| site.count() > 0) {
                add(&mut code_of.left, (code.line(site.position), site.reason), site.count());
            }
            for (position, count) in versions.iter().flat_map(|version| version.interpreted()) {
                let line = code.line(position);
                match code_of.interpreted.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, sum)) => *sum += count,
                    None => code_of.interpreted.push((line, count)),
                }
            }
            code_of.left.sort_by_key(|&(line, _, _)| line);
            code_of.interpreted.sort_unstable();
            code_of
        });
        let own = code.line(head);
        WatchedLoop {
            function: code.qualified_name.to_string(),
            lines: versions.last().map_or((own, own), |version| version.lines),
            types,
            seen: in_lines(code, seen, versions.last().map_or((own, own), |version| version.lines)),
            machine_code,
            refused: watched.refused().map(|refused| format!("line {}: {}", refused.line, refused.reason)),
        }
    })
}

/// What was seen in some lines, each text once.
fn in_lines(code: &Code, seen: &Observed, (first, last): (u32, u32)) -> Vec<(u32, String, &'static str)> {
    let mut found = Vec::new();
    for (position, result) in seen.results().iter().enumerate() {
        let (line, span) = (code.lines[position], code.spans[position]);
        let text = code.file.slice(tree::Range { start: span.start, end: span.end });
        let is_known = !matches!(result.kind, Type::Never | Type::Constant(_));
        if !(first..=last).contains(&line) || !is_known || !computes(code.instructions[position]) || text.contains('\n')
        {
            continue;
        }
        let sight = (line, text.to_owned(), result.kind.describe());
        if !found.contains(&sight) {
            found.push(sight);
        }
    }
    found.sort_by_key(|(line, ..)| *line);
    found
}

/// Whether an instruction leaves a value that its text stands for, and is no variable: their types at the head are known.
fn computes(instruction: Instruction) -> bool {
    use Instruction as I;
    matches!(
        instruction,
        I::LoadAttribute { .. }
            | I::Subscript
            | I::Unary(_)
            | I::Add
            | I::Subtract
            | I::Multiply
            | I::Binary(_)
            | I::InPlace(_)
            | I::Call { .. }
            | I::CallMethod { .. }
    )
}

fn add(counts: &mut Vec<(u32, Reason, u64)>, (line, reason): (u32, Reason), count: u64) {
    match counts.iter_mut().find(|known| known.0 == line && known.1 == reason) {
        Some(known) => known.2 += count,
        None => counts.push((line, reason, count)),
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

impl fmt::Display for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.unavailable {
            return writeln!(f, "nothing is compiled here: {why}");
        }
        if self.loops.is_empty() {
            return writeln!(f, "no loop was executed often enough to be compiled");
        }
        self.loops.iter().try_for_each(|watched| watched.fmt(f))
    }
}

impl fmt::Display for WatchedLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, the loop on lines {} to {}", self.function, self.lines.0, self.lines.1)?;
        let types: Vec<_> = self.types.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        writeln!(f, "  types at its head: {}", types.join(", "))?;
        for sights in self.seen.chunk_by(|a, b| a.0 == b.0) {
            let texts: Vec<_> = sights.iter().map(|(_, text, kind)| format!("{text} {kind}")).collect();
            writeln!(f, "  seen on line {}: {}", sights[0].0, texts.join(", "))?;
        }
        if let Some(code) = &self.machine_code {
            let compiled = times(u64::from(code.compilations));
            let milliseconds = code.time.as_secs_f64() * 1e3;
            writeln!(
                f,
                "  compiled {compiled} in {milliseconds:.2} ms to {} bytes, entered {}",
                code.bytes,
                times(code.entries)
            )?;
            for (line, reason, count) in &code.left {
                writeln!(f, "  left on line {line}, {}: {}", reason.describe(), times(*count))?;
            }
            for (line, count) in &code.interpreted {
                writeln!(f, "  line {line} was left to the interpreter {}", times(*count))?;
            }
        }
        match &self.refused {
            Some(why) => writeln!(f, "  interpreted from then on: {why}"),
            None => Ok(()),
        }
    }
}
