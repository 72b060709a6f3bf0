//! Why a function could not be cut out of its source.

use std::fmt;
use std::path::PathBuf;

use runner::Failure;

/// Why a function could not be cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// The file is missing or cannot be read.
    Unreadable {
        /// The file, from the workspace's root down.
        file: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is no Rust.
    Unparsable {
        /// The file, from the workspace's root down.
        file: PathBuf,
        /// The line of the error, counted from one.
        line: usize,
        /// The column of the error, counted from one.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// The file has no free function of that name.
    NoFunction {
        /// The file, from the workspace's root down.
        file: PathBuf,
        /// The name that was asked for.
        function: String,
        /// Names that resemble it, the nearest first.
        nearest: Vec<String>,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, why } => write!(f, "cannot read {}: {why}", file.display()),
            Self::Unparsable { file, line, column, why } => {
                write!(f, "{}:{line}:{column}: does not parse: {why}", file.display())
            }
            Self::NoFunction { file, function, nearest } => {
                write!(f, "{} has no function `{function}`", file.display())?;
                match nearest.as_slice() {
                    [] => Ok(()),
                    names => write!(f, "; did you mean `{}`?", names.join("`, `")),
                }
            }
        }
    }
}

impl std::error::Error for SourceError {}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Io(error.to_string())
    }
}
