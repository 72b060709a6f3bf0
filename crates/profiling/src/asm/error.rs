//! What can go wrong with an executable.

use std::fmt;
use std::path::PathBuf;

use super::function::Function;

/// Why there is no machine code to show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The file is missing or cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is no executable of a kind that is understood here.
    Foreign {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file ends before its own tables say so.
    Truncated {
        /// The file.
        file: PathBuf,
    },
    /// The file has no symbols, so that no function has a name.
    Stripped {
        /// The file.
        file: PathBuf,
    },
    /// The file has no line tables, so that no instruction has a source line.
    NoLines {
        /// The file.
        file: PathBuf,
    },
    /// The instructions of this processor are not understood by this build.
    Unavailable {
        /// What is missing.
        why: String,
    },
    /// No function has that name.
    NoFunction {
        /// The executable.
        file: PathBuf,
        /// The name that was asked for.
        name: String,
        /// Names that resemble it, the nearest first.
        nearest: Vec<String>,
    },
    /// The function has no machine code of its own: all of it stands where it is called.
    Inlined {
        /// The name that was asked for.
        name: String,
        /// The functions that hold its code, by address.
        into: Vec<Function>,
    },
    /// Several functions have that name: generic instances, closures, or functions of several modules.
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// The functions, by address.
        candidates: Vec<Function>,
    },
    /// No code of the executable comes from that file.
    NoFile {
        /// The executable.
        file: PathBuf,
        /// The source file that was asked for.
        source: String,
        /// Files that resemble it.
        nearest: Vec<String>,
    },
    /// Several source files end in that path.
    AmbiguousFile {
        /// The path that was asked for.
        source: String,
        /// The files.
        candidates: Vec<String>,
    },
    /// No code of the executable comes from those lines.
    NoCode {
        /// The source file.
        source: String,
        /// The first line.
        first: u32,
        /// The last line.
        last: u32,
    },
    /// The source file is not where the compiler read it.
    NoSource {
        /// The source file.
        source: String,
        /// What the system says.
        why: String,
    },
}

/// As many candidates as one wants to read.
const SHOWN: usize = 12;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, why } => write!(f, "cannot read {}: {why}", file.display()),
            Self::Foreign { file, why } => write!(f, "{} is no program that can be read here: {why}", file.display()),
            Self::Truncated { file } => write!(f, "{} has been cut short: its end is missing", file.display()),
            Self::Stripped { file } => {
                write!(f, "{} has no symbols: build it with `strip = false`", file.display())
            }
            Self::NoLines { file } => {
                write!(f, "{} has no line tables: build it with `debug = \"line-tables-only\"`", file.display())
            }
            Self::Unavailable { why } => f.write_str(why),
            Self::NoFunction { file, name, nearest } => {
                write!(f, "{} has no function `{name}`", file.display())?;
                did_you_mean(f, nearest)
            }
            Self::Inlined { name, into } => {
                write!(f, "`{name}` has no machine code of its own: it was inlined into")?;
                list(f, into)
            }
            Self::Ambiguous { name, candidates } => {
                write!(f, "`{name}` may be any of these; give the full name or the address:")?;
                list(f, candidates)
            }
            Self::NoFile { file, source, nearest } => {
                write!(f, "no code of {} comes from {source}", file.display())?;
                did_you_mean(f, nearest)
            }
            Self::AmbiguousFile { source, candidates } => {
                write!(f, "{source} may be any of these; give more of the path:")?;
                candidates.iter().take(SHOWN).try_for_each(|candidate| write!(f, "\n  {candidate}"))?;
                more(f, candidates.len())
            }
            Self::NoCode { source, first, last } => {
                write!(f, "no machine code comes from lines {first} to {last} of {source}: is it called at all?")
            }
            Self::NoSource { source, why } => write!(f, "cannot read the source file {source}: {why}"),
        }
    }
}

fn did_you_mean(f: &mut fmt::Formatter<'_>, nearest: &[String]) -> fmt::Result {
    match nearest {
        [] => Ok(()),
        names => write!(f, "; did you mean `{}`?", names.join("`, `")),
    }
}

fn list(f: &mut fmt::Formatter<'_>, functions: &[Function]) -> fmt::Result {
    for function in functions.iter().take(SHOWN) {
        write!(f, "\n  {:#010x}  {:5} bytes  {}", function.address(), function.size(), function.name())?;
    }
    more(f, functions.len())
}

fn more(f: &mut fmt::Formatter<'_>, all: usize) -> fmt::Result {
    match all.checked_sub(SHOWN) {
        Some(more @ 1..) => write!(f, "\n  and {more} more"),
        _ => Ok(()),
    }
}

impl std::error::Error for Error {}
