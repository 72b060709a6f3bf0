//! The table of the line profiler: hits, time and source of each line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::expansion::{LineTotal, Source};
use super::functions::{OfFunction, collect, find, write_functions, write_place, write_rows};
use super::{LineTimes, SecondsByLine};
use crate::Samples;

/// The lines of several functions, sorted by file and line. `Display` prints them as `line_profiler` does.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The functions that have run.
    pub functions: Vec<Function>,
    /// Where the times come from, or why there are none; it is printed above the tables.
    pub note: Option<String>,
}

/// The lines of one function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its path: `crate::module::function`, `crate::Type::method`.
    pub name: String,
    /// Its file, as `file!()` names it, without `a/..`.
    pub file: String,
    /// Its file, as `file!()` and debug information name it.
    compiled: &'static str,
    /// The line of its `fn`.
    pub line: u32,
    /// Its lines from the first attribute that the compiler passes on to the closing brace, in order.
    pub lines: Vec<Line>,
}

/// One line of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number, counted from one.
    pub number: u32,
    /// How often it has run; `None` when no statement begins on it.
    pub hits: Option<u64>,
    /// How long it took; `None` when that is not known.
    pub time: Option<Time>,
    /// The line itself.
    pub text: String,
}

/// The time of a line, over all its hits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// So many seconds.
    Seconds(f64),
    /// Too short for the clock: a hit took no longer than it takes to read it.
    Unresolved,
}

impl Time {
    /// The seconds, if there are any to tell.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Seconds(seconds) => Some(seconds),
            Self::Unresolved => None,
        }
    }
}

/// The hits of a statement and, in exact mode, its time.
pub(super) type Counted = (u64, Option<Duration>);

impl LineTotal {
    pub(super) fn get(&self) -> Counted {
        let time = self.timed.load(Relaxed).then(|| Duration::from_nanos(self.nanoseconds.load(Relaxed)));
        (self.hits.load(Relaxed), time)
    }

    pub(super) fn take(&self) -> Counted {
        let nanoseconds = self.nanoseconds.swap(0, Relaxed);
        let time = self.timed.load(Relaxed).then(|| Duration::from_nanos(nanoseconds));
        (self.hits.swap(0, Relaxed), time)
    }
}

impl Lines {
    pub(super) fn collect(read: impl Fn(&LineTotal) -> Counted) -> Self {
        Self { functions: collect(read, Function::new), note: None }
    }

    /// The function whose path ends with this one: `function`, `Type::method`, or the whole.
    pub fn function(&self, path: &str) -> Option<&Function> {
        find(&self.functions, path)
    }

    /// How often a line has run; `None` when no statement begins there, or its function has not run. The file may be given by the
    /// end of its path.
    pub fn hits(&self, file: &str, line: u32) -> Option<u64> {
        let inside = self.functions.iter().filter(|function| Path::new(&function.file).ends_with(file));
        inside.filter_map(|function| function.hits(line)).max()
    }

    /// The same lines with these times, in place of those that the clock has not measured exactly.
    #[must_use]
    pub fn with_times(mut self, times: &impl LineTimes) -> Self {
        for function in &mut self.functions {
            function.set_times(times);
        }
        self
    }

    /// The same lines with the times that were sampled while they ran: each sample in a function belongs to the innermost line of
    /// that function that was being executed, whatever it had called.
    ///
    /// Where nothing could be sampled there are no times, and the [`note`](Self::note) says why.
    #[must_use]
    pub fn with_samples(mut self, samples: &Samples) -> Self {
        self.note = Some(match samples.unavailable() {
            Some(why) => format!("No times: {why}"),
            None => format!(
                "Times are sampled: {} samples at {} Hz, taken in {} interruptions",
                samples.total(),
                samples.frequency(),
                samples.events()
            ),
        });
        if samples.unavailable().is_some() {
            return self;
        }
        for function in &mut self.functions {
            let (Some(first), Some(last)) = (function.lines.first(), function.lines.last()) else { continue };
            let mut times = SecondsByLine::new();
            for (line, seconds) in samples.attribute_to(function.compiled, first.number..=last.number).innermost {
                times.add(function.compiled, line, seconds);
            }
            function.set_times(&times);
        }
        self
    }

    /// Without the functions that have not run since the last [`take`](super::take).
    #[must_use]
    pub fn that_ran(mut self) -> Self {
        self.functions.retain(|function| function.lines.iter().any(|line| line.hits > Some(0)));
        self
    }
}

impl Function {
    fn new(source: &Source, statements: Vec<(u32, Counted)>) -> Self {
        let mut lines: BTreeMap<u32, Line> = source
            .text
            .iter()
            .map(|&(number, text)| (number, Line { number, hits: None, time: None, text: text.into() }))
            .collect();
        let mut times: BTreeMap<u32, Duration> = BTreeMap::new();
        for (number, (hits, time)) in statements {
            if let Some(line) = lines.get_mut(&number) {
                line.hits = line.hits.max(Some(hits));
                if let Some(time) = time {
                    *times.entry(number).or_default() += time;
                }
            }
        }
        for (number, time) in times {
            let line = lines.get_mut(&number).expect("a time stands on a line");
            line.time = Some(resolved(time, line.hits.unwrap_or(0)));
        }
        Self {
            name: source.function(),
            file: crate::paths::tidy(source.file),
            compiled: source.file,
            line: source.line,
            lines: lines.into_values().collect(),
        }
    }

    /// Takes these times, unless the clock has measured them exactly.
    fn set_times(&mut self, times: &impl LineTimes) {
        if self.lines.iter().all(|line| line.time.is_none()) {
            for line in &mut self.lines {
                line.time = times.seconds(self.compiled, line.number).map(Time::Seconds);
            }
        }
    }

    /// How often a line has run; `None` when no statement begins there.
    pub fn hits(&self, line: u32) -> Option<u64> {
        self.lines.iter().find(|found| found.number == line)?.hits
    }

    /// The seconds of all lines together; `None` when no time is known.
    pub fn seconds(&self) -> Option<f64> {
        let known: Vec<Time> = self.lines.iter().filter_map(|line| line.time).collect();
        (!known.is_empty()).then(|| known.into_iter().filter_map(Time::seconds).fold(0.0, |sum, seconds| sum + seconds))
    }
}

/// A time, if a hit took longer than the clock would have shown for nothing at all.
fn resolved(time: Duration, hits: u64) -> Time {
    let least = resolution().as_nanos() * u128::from(hits);
    if hits > 0 && time.as_nanos() <= least { Time::Unresolved } else { Time::Seconds(time.as_secs_f64()) }
}

/// The time below which a statement is not told from an empty one: twice what passes between two looks at the clock.
fn resolution() -> Duration {
    static RESOLUTION: OnceLock<Duration> = OnceLock::new();
    *RESOLUTION.get_or_init(|| {
        let mut looks: Vec<Duration> = (0..1001).map(|_| Instant::now().elapsed()).collect();
        looks.sort_unstable();
        2 * looks[looks.len() / 2]
    })
}

impl OfFunction for Function {
    fn place(&self) -> (&str, u32, &str) {
        (&self.file, self.line, &self.name)
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(note) = &self.note {
            writeln!(f, "{note}\n")?;
        }
        write_functions(f, &self.functions)
    }
}

/// What is printed where nothing can be said.
const UNKNOWN: &str = "-";
const UNRESOLVED: &str = "< resolution";

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.seconds();
        match total {
            Some(seconds) => writeln!(f, "Total time: {seconds:.6} s")?,
            None => writeln!(f, "Total time: {UNKNOWN}")?,
        }
        write_place(f, self)?;
        writeln!(f)?;
        let row = |line: &Line| {
            let hits = line.hits.map_or(String::new(), |hits| hits.to_string());
            let [time, per_hit, percent] = match (line.time, line.hits) {
                (Some(Time::Unresolved), _) => [UNRESOLVED, UNRESOLVED, UNKNOWN].map(String::from),
                // A line that has never run, and one on which nothing begins and on which nobody was seen.
                (Some(Time::Seconds(0.0)) | None, None) | (_, Some(0)) => [const { String::new() }; 3],
                (None, Some(_)) => [UNKNOWN; 3].map(String::from),
                (Some(Time::Seconds(seconds)), hits) => [
                    format!("{:.3}", seconds * 1e3),
                    hits.map_or(String::new(), |hits| format!("{:.1}", seconds * 1e9 / hits as f64)),
                    match total {
                        Some(total) if total > 0.0 => format!("{:.1}", seconds / total * 100.0),
                        _ => UNKNOWN.into(),
                    },
                ],
            };
            let cells = [line.number.to_string(), hits, time, per_hit, percent];
            (cells, line.text.clone())
        };
        let rows: Vec<([String; 5], String)> = self.lines.iter().map(row).collect();
        write_rows(f, ["Line #", "Hits", "Time (ms)", "Per Hit (ns)", "% Time"], &rows)
    }
}
