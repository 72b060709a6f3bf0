//! Profiles in files.
//!
//! The format is text, so that a profile can be looked at and kept under version control:
//!
//! ```text
//! profile of functions 2
//! threads 2
//! lost 0
//! clock
//! function 12 src/main.rs evolve simulation::particles::evolve
//! context - 0 1 9000000 25
//! end 1 1
//! ```
//!
//! The fields of a line stand between tabs. A function has line, file, name and path, in which a tab is written `\t`, an end of
//! line `\n` and a backslash `\\`. A context has the context that it was called from, or `-`, its function, its calls, the
//! nanoseconds in itself and those that were subtracted; contexts and functions are counted from 0. The last line says how many
//! functions and contexts there are: a file without it has been cut short.
//!
//! Times are those of the `clock`, perhaps with the reason why they were not sampled, or they were `sampled`, with all that a
//! [`Sampling`] says in its order; then `untimed` names a function that samples cannot tell of.
//!
//! Version 1 had one `overhead` for the whole profile, and none in a context. It is read with the overhead in the contexts that
//! were called, each as much for a call.

use std::error::Error;
use std::fmt::{self, Display, Formatter, Write as _};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Context, Function, Profile, Sampling, Times};
use crate::files::write_whole;

/// What the first line begins with, before the version.
const MAGIC: &str = "profile of functions ";

/// The version that is written.
const VERSION: u32 = 2;

/// The version before, which is read too.
const FIRST: u32 = 1;

/// Why a text is no profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// The first line is not that of a profile.
    Foreign,
    /// The version of the format is not one that can be read.
    Version(String),
    /// The end is missing.
    CutShort,
    /// A line is not what it should be.
    Line {
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        problem: String,
    },
}

impl Display for FormatError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => write!(f, "this is no profile of functions: its first line is not `{MAGIC}{VERSION}`"),
            Self::Version(version) => {
                write!(
                    f,
                    "this is a profile of functions in version {version} of the format; versions {FIRST} and {VERSION} can be read"
                )
            }
            Self::CutShort => write!(f, "the profile has been cut short: its last line is missing"),
            Self::Line { number, problem } => write!(f, "line {number}: {problem}"),
        }
    }
}

impl Error for FormatError {}

/// Why a profile could not be saved or loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// The file could not be read.
    Read(PathBuf, io::Error),
    /// The file could not be written.
    Write(PathBuf, io::Error),
    /// The file is not a profile.
    Format(PathBuf, FormatError),
}

impl Display for FileError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Self::Format(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read(_, error) | Self::Write(_, error) => Some(error),
            Self::Format(_, error) => Some(error),
        }
    }
}

impl Profile {
    /// Writes the profile to a file, which either is there in full or is what it was before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        let path = path.as_ref();
        write_whole(path, &self.to_text()).map_err(|error| FileError::Write(path.into(), error))
    }

    /// Reads a profile from a file that was [saved](Self::save).
    ///
    /// # Errors
    /// When the file cannot be read, is no profile, or has been cut short.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| FileError::Read(path.into(), error))?;
        // What is no text at all may still begin like a profile: the line in which it ceases to be one is named then.
        let text = String::from_utf8_lossy(&bytes);
        text.parse().map_err(|error| FileError::Format(path.into(), error))
    }

    /// The text that [`save`](Self::save) writes, and that can be [parsed](FromStr) again.
    pub fn to_text(&self) -> String {
        let mut text = format!("{MAGIC}{VERSION}\n");
        let mut line = |fields: &[&dyn Display]| {
            let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
            _ = writeln!(text, "{}", fields.join("\t"));
        };
        line(&[&"threads", &self.threads]);
        line(&[&"lost", &self.lost_calls]);
        match &self.times {
            Times::Clock { why: None } => line(&[&"clock"]),
            Times::Clock { why: Some(why) } => line(&[&"clock", &escaped(why)]),
            Times::Sampled(Sampling { frequency, runs, samples, events, outside, cpu_ns, wall_ns }) => {
                line(&[&"sampled", frequency, runs, samples, events, outside, cpu_ns, wall_ns]);
            }
        }
        for function in &self.functions {
            let [file, name, path] = [&function.file, &function.name, &function.path].map(|text| escaped(text));
            line(&[&"function", &function.line, &file, &name, &path]);
        }
        for function in &self.untimed {
            line(&[&"untimed", function]);
        }
        for context in &self.contexts {
            let parent = context.parent.map_or_else(|| "-".into(), |parent| parent.to_string());
            let Context { function, calls, self_ns, overhead_ns, .. } = context;
            line(&[&"context", &parent, function, calls, self_ns, overhead_ns]);
        }
        line(&[&"end", &self.functions.len(), &self.contexts.len()]);
        text
    }
}

impl FromStr for Profile {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let first = text.lines().next().unwrap_or_default();
        let version = first.strip_prefix(MAGIC).ok_or(FormatError::Foreign)?;
        let is_first = version == FIRST.to_string();
        if !is_first && version != VERSION.to_string() {
            // A number that is cut off with the file is no other version.
            let complete = text.contains('\n');
            return Err(if complete { FormatError::Version(version.into()) } else { FormatError::CutShort });
        }
        let mut profile = Self::default();
        let mut overhead_ns = is_first.then_some(0);
        // Without its end, a line may lack some of its digits.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut lines = whole.lines().enumerate().skip(1);
        for (at, line) in lines.by_ref() {
            let fields: Vec<&str> = line.split('\t').collect();
            let end = profile
                .add(&fields, &mut overhead_ns)
                .map_err(|problem| FormatError::Line { number: at + 1, problem })?;
            if end {
                return match lines.next() {
                    Some((at, _)) => {
                        Err(FormatError::Line { number: at + 1, problem: "something follows the end".into() })
                    }
                    None if whole.len() + 1 < text.len() => {
                        Err(FormatError::Line { number: at + 2, problem: "something follows the end".into() })
                    }
                    None => {
                        profile.share_overhead(overhead_ns.unwrap_or(0));
                        Ok(profile)
                    }
                };
            }
        }
        Err(FormatError::CutShort)
    }
}

impl Profile {
    /// Takes in a line; `true` for the last one. Only the first version has an overhead of its own.
    fn add(&mut self, fields: &[&str], overhead: &mut Option<u64>) -> Result<bool, String> {
        match *fields {
            ["threads", threads] => self.threads = number(threads, "threads")?,
            ["lost", calls] => self.lost_calls = number(calls, "calls")?,
            ["overhead", ns] if overhead.is_some() => *overhead = Some(number(ns, "nanoseconds")?),
            ["clock"] if overhead.is_none() => self.times = Times::default(),
            ["clock", why] if overhead.is_none() => self.times = Times::Clock { why: Some(unescaped(why)?) },
            ["sampled", frequency, runs, samples, events, outside, cpu, wall] if overhead.is_none() => {
                self.times = Times::Sampled(Sampling {
                    frequency: number(frequency, "samples per second")?,
                    runs: number(runs, "runs")?,
                    samples: number(samples, "samples")?,
                    events: number(events, "interruptions")?,
                    outside: number(outside, "samples")?,
                    cpu_ns: number(cpu, "nanoseconds")?,
                    wall_ns: number(wall, "nanoseconds")?,
                });
            }
            ["untimed", function] if overhead.is_none() => _ = self.untimed.insert(self.function_before(function)?),
            ["function", line, file, name, path] => {
                let line = number(line, "lines")?;
                let [file, name, path] = [file, name, path].map(unescaped);
                self.functions.push(Function { line, file: file?, name: name?, path: path? });
            }
            ["context", parent, function, calls, self_ns] if overhead.is_some() => {
                self.add_context([parent, function, calls, self_ns, "0"])?;
            }
            ["context", parent, function, calls, self_ns, overhead_ns] if overhead.is_none() => {
                self.add_context([parent, function, calls, self_ns, overhead_ns])?;
            }
            ["end", functions, contexts] => {
                let said: (usize, usize) = (number(functions, "functions")?, number(contexts, "contexts")?);
                let found = (self.functions.len(), self.contexts.len());
                if said != found {
                    let problem = "there should be {} functions and {} contexts, but there are {} and {}";
                    let numbers = [said.0, said.1, found.0, found.1];
                    return Err(numbers
                        .iter()
                        .fold(problem.into(), |text: String, n| text.replacen("{}", &n.to_string(), 1)));
                }
                return Ok(true);
            }
            _ => return Err("this is not a line of a profile".into()),
        }
        Ok(false)
    }

    fn add_context(&mut self, [parent, function, calls, self_ns, overhead_ns]: [&str; 5]) -> Result<(), String> {
        let next = self.contexts.len();
        let parent = if parent == "-" { None } else { Some(number(parent, "contexts")?) };
        if let Some(parent) = parent.filter(|&parent| parent >= next) {
            return Err(format!("context {next} is called from {parent}, which does not come before it"));
        }
        let function = self.function_before(function)?;
        let [self_ns, overhead_ns] = [number(self_ns, "nanoseconds")?, number(overhead_ns, "nanoseconds")?];
        self.contexts.push(Context { function, parent, calls: number(calls, "calls")?, self_ns, overhead_ns });
        Ok(())
    }

    /// The number of a function, which has to have its line before.
    fn function_before(&self, function: &str) -> Result<usize, String> {
        let function = number(function, "functions")?;
        match function < self.functions.len() {
            true => Ok(function),
            false => Err(format!("there is no function {function} before this line")),
        }
    }

    /// Gives each call the same part of an overhead.
    fn share_overhead(&mut self, overhead_ns: u64) {
        let calls: u128 = self.contexts.iter().map(|context| u128::from(context.calls)).sum();
        for context in &mut self.contexts {
            let share = (u128::from(overhead_ns) * u128::from(context.calls)).checked_div(calls);
            context.overhead_ns += u64::try_from(share.unwrap_or(0)).unwrap_or(u64::MAX);
        }
    }
}

fn number<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    // Rust would take a plus sign too.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| format!("{text:?} is not a number of {what}"))
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('\t', r"\t").replace('\n', r"\n").replace('\r', r"\r")
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        plain.push(match c {
            '\\' => match characters.next() {
                Some('\\') => '\\',
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => return Err(format!("{text:?} has a backslash that means nothing")),
            },
            c => c,
        });
    }
    Ok(plain)
}
