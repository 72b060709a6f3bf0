//! Why a step gave no answer.

use std::fmt;

/// Why a step gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// It cannot run on this machine; the text says what is missing, and what would mend it.
    Unavailable(String),
    /// It ran and failed.
    Failed(String),
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) => write!(f, "unavailable: {why}"),
            Self::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

impl std::error::Error for StepError {}
