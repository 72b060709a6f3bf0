//! What goes wrong with ranks, in words that are safe to show.

use std::time::Duration;

use thiserror::Error;
use validation::StepError;

/// What goes wrong with ranks. Each text says what is wrong and, where something can be done, what.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Error {
    /// This program, or this machine, does not have what it takes.
    #[error("{0}")]
    Unavailable(String),
    /// The program's main function does not let its ranks begin their work.
    #[error(
        "a rank runs this same program, whose main function does not let it work: add `cluster::init();` as the first line of main"
    )]
    NotInitialised,
    /// A rank wanted ranks of its own.
    #[error("a rank cannot start ranks of its own: only the program that a person started can")]
    Nested,
    /// This program was started by a launcher of MPI, and would start ranks beneath it.
    #[error(
        "this program is itself a rank of another launcher ({0} is set): start it without one, it starts its ranks itself"
    )]
    UnderLauncher(&'static str),
    /// No ranks were asked for.
    #[error("a world needs at least one rank")]
    NoRanks,
    /// A function that no rank knows by name.
    #[error("{0} is not known to the ranks: register it with `cluster::spmd!`")]
    NotRegistered(String),
    /// The ranks did not start.
    #[error("the ranks cannot start: {0}")]
    Start(String),
    /// A rank refused to work; mostly because the world is another one than was asked for.
    #[error("rank {rank} refused: {why}")]
    Refused {
        /// Its number, as far as it knows.
        rank: usize,
        /// In its own words.
        why: String,
    },
    /// A rank panicked, and all ended.
    #[error("rank {rank} panicked: {message}")]
    Panicked {
        /// Its number.
        rank: usize,
        /// What it said, and where.
        message: String,
    },
    /// A rank ended in the middle of its work, and all ended.
    #[error("rank {rank} ended in the middle of {function}: {how}")]
    Died {
        /// Its number.
        rank: usize,
        /// What it was computing.
        function: String,
        /// What is known about it.
        how: String,
    },
    /// The ranks were not done in time, and all were ended.
    #[error("{function} was not done after {} s by ranks {missing:?}, and all were ended", limit.as_secs_f64())]
    TimedOut {
        /// What they were computing.
        function: String,
        /// What was allowed.
        limit: Duration,
        /// Who was not done.
        missing: Vec<usize>,
    },
    /// An array does not have the length that a call with counts needs. Without this check the numbers would be wrong without a word.
    #[error("{call}: {what} has {found} elements, and by the counts it has {expected}")]
    Length {
        /// The call.
        call: &'static str,
        /// The array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that it should have.
        expected: usize,
    },
    /// Counts for another number of ranks than there are.
    #[error("{call}: there are counts for {found} ranks, in a world of {expected}")]
    Counts {
        /// The call.
        call: &'static str,
        /// Counts.
        found: usize,
        /// Ranks.
        expected: usize,
    },
    /// MPI counts with 32 bits.
    #[error("{call}: {elements} elements, and MPI counts {} at most: send less at once", i32::MAX)]
    TooMany {
        /// The call.
        call: &'static str,
        /// What was to be sent in one call.
        elements: usize,
    },
    /// What ranks have reduced and what they have gathered contradict each other.
    #[error("{0}")]
    Contradiction(String),
    /// A value cannot be written as bytes, or read back.
    #[error("a value cannot travel to the ranks: {0}")]
    Encoding(String),
    /// The ranks have ended, and take no more work.
    #[error("the ranks have ended, after: {0}")]
    Ended(String),
    /// The system refused something else.
    #[error("{0}")]
    System(String),
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) | Error::NotInitialised | Error::UnderLauncher(_) => {
                Self::Unavailable(error.to_string())
            }
            error => Self::Failed(error.to_string()),
        }
    }
}

/// A text from another process as it may be shown: what would steer a terminal is shown by its number.
pub(super) fn for_the_screen(text: &str) -> String {
    let steers = |character: char| match character {
        '\n' | '\t' => false,
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        character => character.is_control(),
    };
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_shown_by_its_number() {
        assert_eq!(for_the_screen("\x1b[2J red\r\n\tline \u{202e}txt"), "\\u{1b}[2J red\\u{d}\n\tline \\u{202e}txt");
    }
}
