//! Tables, folded stacks and flame graphs of samples.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Timer;
use super::samples::{Frame, Samples, Thread};

/// How many rows of each table are shown by `Display`.
const ROWS: usize = 20;

/// A function in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionRow {
    /// The function's path.
    pub function: Arc<str>,
    /// The weight of the samples that met the function itself.
    pub own: u64,
    /// The weight of the samples that met the function or what it called.
    pub total: u64,
    /// `own` in percent of all samples.
    pub own_percent: f64,
    /// `total` in percent of all samples.
    pub total_percent: f64,
    /// `own` in seconds of processor time.
    pub own_seconds: f64,
    /// `total` in seconds of processor time.
    pub total_seconds: f64,
}

/// A line of source in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct LineRow {
    /// The source file as the compiler knew it.
    pub file: Arc<Path>,
    /// The line, counted from one.
    pub line: u32,
    /// The weight of the samples that met the line itself, the innermost one where calls were inlined.
    pub own: u64,
    /// `own` in percent of all samples.
    pub percent: f64,
    /// `own` in seconds of processor time.
    pub seconds: f64,
    /// The text of the line, if the file can be read.
    pub text: Option<String>,
}

impl Samples {
    /// The functions that were met, those with the most samples of their own first.
    pub fn functions(&self) -> Vec<FunctionRow> {
        let all = self.total();
        let mut rows: Vec<_> = self
            .weigh(|frame| Some(Arc::clone(&frame.function)))
            .into_iter()
            .map(|(function, (own, total))| FunctionRow {
                function,
                own,
                total,
                own_percent: percent(own, all),
                total_percent: percent(total, all),
                own_seconds: self.seconds(own),
                total_seconds: self.seconds(total),
            })
            .collect();
        rows.sort_unstable_by(|a, b| {
            b.own.cmp(&a.own).then(b.total.cmp(&a.total)).then_with(|| a.function.cmp(&b.function))
        });
        rows
    }

    /// The lines that were met, those with the most samples first, with their text where the file can be read.
    pub fn lines(&self) -> Vec<LineRow> {
        let all = self.total();
        let mut texts: HashMap<Arc<Path>, Option<Vec<String>>> = HashMap::new();
        let mut rows: Vec<_> = self
            .weigh(|frame| Some((Arc::clone(frame.file.as_ref()?), Some(frame.line).filter(|line| *line > 0)?)))
            .into_iter()
            .filter(|(_, (own, _))| *own > 0)
            .map(|((file, line), (own, _))| {
                let lines = texts.entry(Arc::clone(&file)).or_insert_with(|| read(&file));
                let text = lines.as_ref().and_then(|lines| lines.get(line as usize - 1).cloned());
                LineRow { file, line, own, percent: percent(own, all), seconds: self.seconds(own), text }
            })
            .collect();
        rows.sort_unstable_by(|a, b| b.own.cmp(&a.own).then_with(|| (&a.file, a.line).cmp(&(&b.file, b.line))));
        rows
    }

    /// The first rows of the table of functions as text.
    pub fn function_table(&self, rows: usize) -> String {
        let mut table = String::from("   self %    self s   total %   total s  function\n");
        for row in self.functions().into_iter().take(rows) {
            table += &format!(
                "{:>9.1} {:>9.3} {:>9.1} {:>9.3}  {}\n",
                row.own_percent, row.own_seconds, row.total_percent, row.total_seconds, row.function
            );
        }
        table
    }

    /// The first rows of the table of lines as text.
    pub fn line_table(&self, rows: usize) -> String {
        let rows: Vec<_> = self.lines().into_iter().take(rows).collect();
        let place = |row: &LineRow| format!("{}:{}", shorten(&row.file).display(), row.line);
        let width = rows.iter().map(|row| place(row).chars().count()).max().unwrap_or(0).max("line".len());
        let mut table = format!("   self %    self s  {:width$}  text\n", "line");
        for row in rows {
            let text = row.text.as_deref().unwrap_or("").trim();
            let line = format!("{:>9.1} {:>9.3}  {:width$}  {text}", row.percent, row.seconds, place(&row));
            table += line.trim_end();
            table.push('\n');
        }
        table
    }

    /// The stacks in the format of Brendan Gregg's `stackcollapse` scripts: `thread;outermost;...;innermost weight`, one per
    /// line, sorted (<https://www.brendangregg.com/flamegraphs.html>).
    pub fn folded(&self) -> String {
        let mut lines: HashMap<String, u64> = HashMap::new();
        for stack in self.stacks() {
            let mut line = part(&thread_name(&self.threads()[stack.thread()]));
            for frame in self.frames(stack).rev() {
                line.push(';');
                line += &part(&frame.function);
            }
            *lines.entry(line).or_insert(0) += stack.weight();
        }
        let mut lines: Vec<_> = lines.into_iter().map(|(line, weight)| format!("{line} {weight}\n")).collect();
        lines.sort_unstable();
        lines.concat()
    }

    /// A flame graph as SVG, by [`inferno`]: the width of a box is the processor time of a function with what it called.
    ///
    /// # Errors
    /// When nothing was sampled, or writing fails.
    pub fn flame_graph(&self, title: &str, to: impl Write) -> io::Result<()> {
        let folded = self.folded();
        if folded.is_empty() {
            return Err(match self.unavailable() {
                Some(unavailable) => io::Error::other(unavailable.to_string()),
                None => io::Error::other("there are no samples to draw"),
            });
        }
        let mut options = inferno::flamegraph::Options::default();
        options.title = title.into();
        options.count_name = format!("samples of 1/{} s", self.frequency());
        options.deterministic = true;
        inferno::flamegraph::from_lines(&mut options, folded.lines(), to)
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(unavailable) = self.unavailable() {
            writeln!(f, "{unavailable}")?;
            return writeln!(f, "wall time only: {:.3} s", self.wall().as_secs_f64());
        }
        if let Some(thread) = self.part() {
            writeln!(f, "thread {}", thread_name(thread))?;
        }
        write!(
            f,
            "{:.3} s of processor time in {} samples at {} Hz, wall time {:.3} s",
            self.seconds(self.total()),
            self.total(),
            self.frequency(),
            self.wall().as_secs_f64()
        )?;
        writeln!(f)?;
        if self.part().is_some() {
            return write!(f, "\n{}\n{}", self.function_table(ROWS), self.line_table(ROWS));
        }
        if let Some((timer, rate)) = self.timer().zip(self.rate()) {
            writeln!(f, "{rate:.0} interruptions per second of processor time, {} in all, by {timer}", self.events())?;
        }
        if let Some(why) = self.instead() {
            writeln!(f, "no better ones: {why}")?;
        }
        if (self.events() as f64) < 0.9 * self.total() as f64 {
            let periods = self.total() as f64 / self.events() as f64;
            writeln!(
                f,
                "an interruption stands for {periods:.1} samples: shares are as certain as the interruptions allow"
            )?;
        }
        let note = |f: &mut fmt::Formatter<'_>, count: u64, what: &str| match count {
            0 => Ok(()),
            _ => writeln!(f, "{count} {what}"),
        };
        note(f, self.lost(), "samples were lost: they are in no table")?;
        note(f, self.own(), "samples in the profiler's own code: they are in no table")?;
        note(f, self.truncated(), "stacks could not be followed to the end: outer functions are missing there")?;
        if let Some((threads, why)) = self.refused() {
            writeln!(f, "{threads} threads could not be sampled: {why}")?;
        }
        if let Some((unseen, cpu)) = self.unseen().zip(self.cpu())
            && unseen.as_secs_f64() > 0.02 * cpu.as_secs_f64()
        {
            writeln!(
                f,
                "{:.3} s of {:.3} s of processor time were not seen: {}threads that were new or lived briefly",
                unseen.as_secs_f64(),
                cpu.as_secs_f64(),
                if self.timer() == Some(Timer::UserEvent) { "the kernel's work for the program, " } else { "" }
            )?;
        }
        write!(f, "\n{}\n{}", self.function_table(ROWS), self.line_table(ROWS))
    }
}

fn percent(part: u64, all: u64) -> f64 {
    if all > 0 { part as f64 / all as f64 * 100.0 } else { 0.0 }
}

fn read(file: &Path) -> Option<Vec<String>> {
    let bytes = fs::read(file).ok()?;
    Some(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
}

/// A path from the current folder down, or without the part before a library's own sources.
fn shorten(path: &Path) -> PathBuf {
    if let Some(below) = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok()) {
        return below.to_owned();
    }
    let parts: Vec<_> = path.components().collect();
    match parts.iter().rposition(|part| part.as_os_str() == "src") {
        Some(src) if src > 0 => parts[src - 1..].iter().collect(),
        _ => path.to_owned(),
    }
}

fn thread_name(thread: &Thread) -> String {
    if thread.name.is_empty() { thread.id.to_string() } else { format!("{} ({})", thread.name, thread.id) }
}

/// A name as a part of a folded stack, where semicolons separate and line feeds end.
fn part(name: &str) -> String {
    name.replace([';', '\n'], ":")
}

/// A frame as a debugger prints it.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.function)?;
        match &self.file {
            Some(file) if self.line > 0 => write!(f, " ({}:{})", shorten(file).display(), self.line),
            Some(file) => write!(f, " ({})", shorten(file).display()),
            None => Ok(()),
        }
    }
}
