//! Standard output and standard error: why a program stops early, and texts that are safe to show.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

use source::SourceError;
use validation::InputError;

/// Why a program stops early.
#[derive(Debug)]
pub enum Failure {
    /// A bad argument: one line, exit status 2.
    Usage(String),
    /// A file that cannot be written or read, or a program that cannot be started: one line, exit status 1.
    Io(String),
    /// A wrong answer, already shown: exit status 1.
    Wrong,
    /// Nobody reads the output any more: a quiet end.
    Closed,
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Io(error.to_string())
    }
}

impl Failure {
    /// An error of the file system with what was tried.
    pub fn io(tried: impl fmt::Display, error: &io::Error) -> Self {
        Self::Io(format!("{tried}: {error}"))
    }

    /// Tells the person and gives the exit status.
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Usage(message) => {
                tell(message);
                ExitCode::from(2)
            }
            Self::Io(message) => {
                tell(message);
                ExitCode::FAILURE
            }
            Self::Wrong => ExitCode::FAILURE,
            Self::Closed => ExitCode::SUCCESS,
        }
    }
}

/// One line on standard error. When nobody reads that either, there is nobody left to tell.
fn tell(message: &str) {
    let _ = writeln!(io::stderr(), "error: {}", printable(message));
}

/// A line on standard error about what is shown on standard output.
pub fn remark(message: &str) {
    let _ = writeln!(io::stderr(), "note: {}", printable(message));
}

/// A text with everything written out that a terminal would obey rather than show: names, arguments and panics may hold anything.
/// Line breaks and tabs stay.
///
/// ```
/// assert_eq!(runner::printable("a\x1b[31mb\r\n"), "a\\u{1b}[31mb\\r\n");
/// ```
pub fn printable(text: &str) -> String {
    // The marks that turn the direction of writing can make a text look like another one.
    let obeyed = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if obeyed(letter) { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    shown
}

/// A text of somebody else's in one line of at most about `most` characters, [`printable`]. Of a long one both ends are left, as either
/// may hold what matters.
pub fn excerpt(text: &str, most: usize) -> String {
    let text = text.trim().replace('\n', "\\n");
    let length = text.chars().count();
    if length <= most {
        return printable(&text);
    }
    let place = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(place, _)| place);
    let (head, tail) = (place(most - most / 2), place(length - most / 2));
    let left_out = length - most;
    printable(&format!("{} [{left_out} characters] {}", &text[..head], &text[tail..]))
}

/// From now on panics are told in a [`printable`] text, whatever thread they are in. With `RUST_BACKTRACE=1` their backtrace follows.
pub fn printable_panics() {
    panic::set_hook(Box::new(|panicked| {
        let thread = thread::current();
        let place = panicked.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let text = panic_text(panicked.payload());
        let mut told = format!("thread '{}' panicked{place}:\n{text}", thread.name().unwrap_or("without a name"));
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            told += &format!("\nstack backtrace:\n{trace}");
        }
        let _ = writeln!(io::stderr(), "{}", printable(told.trim_end()));
    }));
}

/// From now on a panic is told in one line, and the next ones of the same place are not told at all: where many tests run a step that
/// panics, one place says it all.
pub(crate) fn short_panics() {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(place.clone()) {
            let text = excerpt(panic_text(panicked.payload()), 300);
            let _ = writeln!(io::stderr(), "panicked at {place}: {text}");
        }
    }));
}

/// What a panic says.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Standard output, with a closed pipe told from other errors.
#[derive(Debug, Default)]
pub struct Screen;

impl Screen {
    /// Prints one line.
    ///
    /// # Errors
    /// [`Failure::Closed`] when nobody reads any more, [`Failure::Io`] when the output cannot be written.
    pub fn line(&self, text: impl fmt::Display) -> Result<(), Failure> {
        let mut output = anstream::stdout().lock();
        match writeln!(output, "{text}").and_then(|()| output.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::Closed),
            Err(error) => Err(Failure::io("cannot write to standard output", &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(printable("plain, ä\n\t"), "plain, ä\n\t");
        assert_eq!(printable("\x1b]0;title\x07\r\u{9b}2J\x7f"), "\\u{1b}]0;title\\u{7}\\r\\u{9b}2J\\u{7f}");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn of_a_long_text_both_ends_are_left_in_one_line() {
        assert_eq!(excerpt(" short\x1b\nlines ", 20), "short\\u{1b}\\nlines");
        let long = format!("begin{}end", "ä".repeat(1_000_000));
        let shown = excerpt(&long, 20);
        assert_eq!(shown, "beginäääää [999988 characters] äääääääend");
    }
}
