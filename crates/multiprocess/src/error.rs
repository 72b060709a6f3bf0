//! What goes wrong with processes, in words that are safe to show.

use std::fmt::{self, Write as _};
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use validation::StepError;

use crate::os::mends;

/// What goes wrong with processes.
///
/// What a task has said is kept as it is. Where an error is shown, characters that would steer a terminal are shown by their number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Error {
    /// The program's main function does not let its children begin their work.
    NotInitialised,
    /// A task wanted processes of its own.
    Nested,
    /// A pool of no workers was asked for.
    NoWorkers,
    /// A function that no child knows by name.
    NotATask {
        /// The function's path.
        name: String,
    },
    /// This system, or this machine, does not have what it takes.
    Unavailable(String),
    /// A child process did not start.
    Start(String),
    /// A task panicked.
    Panicked {
        /// The task's function.
        name: String,
        /// Which of the inputs it was, from zero.
        index: usize,
        /// What it said, and where.
        message: String,
    },
    /// A worker ended in the middle of a task, every time that the task was submitted.
    Died {
        /// The task's function.
        name: String,
        /// The first of the inputs that the worker had, from zero.
        index: usize,
        /// How many inputs it had.
        count: usize,
        /// How often it was submitted.
        attempts: u32,
        /// How the worker ended the last time.
        how: String,
    },
    /// A task took longer than the pool allows, and its worker was killed.
    TimedOut {
        /// The task's function.
        name: String,
        /// The first of the inputs that the worker had, from zero.
        index: usize,
        /// What the pool allows.
        limit: Duration,
    },
    /// Workers that had something to do used no processor time for as long as the pool allows.
    Stalled {
        /// The task's function.
        name: String,
        /// The first of the inputs that the worker had, from zero.
        index: usize,
        /// What the pool allows.
        limit: Duration,
        /// The worker that had the task, which was killed, and others that are stopped: their process ids and states, as
        /// `T (stopped)`.
        workers: Vec<(u32, String)>,
    },
    /// The result was not there in time. The task goes on.
    NotReady(Duration),
    /// The pool takes no more tasks.
    Closed,
    /// The pool was terminated before the task was done.
    Terminated,
    /// A value cannot be written as bytes, or read back.
    Encoding(String),
    /// Memory to share cannot be had.
    Memory(String),
    /// The system refused something else.
    System(String),
}

impl Error {
    /// The system does not start a process.
    pub(crate) fn no_process(error: &io::Error) -> Self {
        match mends(error) {
            Some(mend) => Self::Unavailable(format!("the system starts no other process ({error}): {mend}")),
            None if error.kind() == io::ErrorKind::Unsupported => Self::Unavailable(error.to_string()),
            None => Self::Start(error.to_string()),
        }
    }

    /// The system does not give what a pool needs in this process: a thread, a file.
    pub(crate) fn refused(what: &str, error: &io::Error) -> Self {
        match mends(error) {
            Some(mend) => Self::Unavailable(format!("the system gives no {what} ({error}): {mend}")),
            None if error.kind() == io::ErrorKind::Unsupported => Self::Unavailable(error.to_string()),
            None => Self::System(format!("the system gives no {what}: {error}")),
        }
    }

    fn say(&self, f: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::NotInitialised => f.write_str(
                "a child process runs this same program, whose main function does not let it work: \
                 add `multiprocess::init();` as the first line of main",
            ),
            Self::Nested => {
                f.write_str("a task cannot start processes of its own: only the program's first process can")
            }
            Self::NoWorkers => f.write_str("a pool needs at least one worker"),
            Self::NotATask { name } => {
                let function = name.rsplit("::").next().unwrap_or(name);
                write!(f, "{name} is not known to other processes: ")?;
                if function.contains('{') {
                    f.write_str("a closure cannot leave its process; write a function and register it with `task!`")
                } else {
                    write!(f, "register it with `multiprocess::task!({function});`")
                }
            }
            Self::Unavailable(why) => f.write_str(why),
            Self::Start(why) => write!(f, "a worker cannot start: {why}"),
            Self::Panicked { name, index, message } => write!(f, "task {index} of {name} panicked: {message}"),
            Self::Died { name, index, count, attempts, how } => {
                let times = if *attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
                write!(
                    f,
                    "{} of {name}: its worker ended in the middle ({how}), submitted {times}",
                    tasks(*index, *count)
                )
            }
            Self::TimedOut { name, index, limit } => {
                write!(f, "task {index} of {name} took longer than {} ms, and its worker was killed", limit.as_millis())
            }
            Self::Stalled { name, index, limit, workers } => {
                write!(f, "task {index} of {name}: no processor time was used for {} s by ", limit.as_secs_f64())?;
                for (place, (id, state)) in workers.iter().enumerate() {
                    write!(f, "{}process {id}, state {state}", if place == 0 { "" } else { " and " })?;
                }
                let stopped = workers.iter().filter(|(_, state)| state.starts_with(['T', 't']));
                let ids: Vec<_> = stopped.map(|(id, _)| id.to_string()).collect();
                match ids.as_slice() {
                    [] => f.write_str(": it waits for something that does not come, and was killed"),
                    ids => write!(
                        f,
                        ": a process that is stopped goes on with `kill -CONT {}`; the worker was killed",
                        ids.join(" ")
                    ),
                }
            }
            Self::NotReady(patience) => write!(f, "not ready after {} ms", patience.as_millis()),
            Self::Closed => f.write_str("the pool is closed: it takes no more tasks"),
            Self::Terminated => f.write_str("the pool was terminated before the task was done"),
            Self::Encoding(why) => write!(f, "a value cannot travel between processes: {why}"),
            Self::Memory(why) => write!(f, "memory to share cannot be had: {why}"),
            Self::System(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(&mut Screen(f))
    }
}

/// Text on its way to a screen. Much of it comes from other processes, and what would steer a terminal is shown by its number instead:
/// control characters, and those that turn the direction of writing.
pub(crate) struct Screen<W>(pub(crate) W);

impl<W: fmt::Write> fmt::Write for Screen<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let steers = |character: char| match character {
            '\n' | '\t' => false,
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
            character => character.is_control(),
        };
        for piece in text.split_inclusive(steers) {
            let plain = piece.trim_end_matches(steers);
            self.0.write_str(plain)?;
            piece[plain.len()..].chars().try_for_each(|character| write!(self.0, "{}", character.escape_unicode()))?;
        }
        Ok(())
    }
}

/// A text as it may be shown.
pub(crate) fn for_the_screen(text: &str) -> String {
    let mut screen = Screen(String::new());
    // Writing into memory does not fail.
    let _ = screen.write_str(text);
    screen.0
}

fn tasks(index: usize, count: usize) -> String {
    if count == 1 {
        format!("task {index}")
    } else {
        format!("one of the tasks {index} to {}", index.saturating_add(count - 1))
    }
}

impl std::error::Error for Error {}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) | Error::NotInitialised | Error::Memory(_) => Self::Unavailable(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_shown_by_its_number() {
        let hostile = "\x1b[2J\x1b]0;title\x07 red\r\n\tline \u{9b}31m \u{202e}txt";
        let shown = "\\u{1b}[2J\\u{1b}]0;title\\u{7} red\\u{d}\n\tline \\u{9b}31m \\u{202e}txt";
        let errors = [
            Error::Panicked { name: hostile.to_owned(), index: 1, message: hostile.to_owned() },
            Error::Died { name: hostile.to_owned(), index: 1, count: 1, attempts: 3, how: hostile.to_owned() },
            Error::NotATask { name: hostile.to_owned() },
            Error::Encoding(hostile.to_owned()),
            Error::System(hostile.to_owned()),
            Error::Start(hostile.to_owned()),
        ];
        for error in errors {
            let text = error.to_string();
            assert!(text.contains(shown), "{text:?}");
            assert!(!text.chars().any(|character| character.is_control() && !"\n\t".contains(character)), "{text:?}");
            let (StepError::Failed(text) | StepError::Unavailable(text)) = StepError::from(error);
            assert!(text.contains(shown), "{text:?}");
        }
        assert_eq!(for_the_screen("\u{1F980} \x1b\x1b"), "\u{1F980} \\u{1b}\\u{1b}");
    }

    #[test]
    fn stopped_workers_are_named_with_what_continues_them() {
        let workers = vec![(7, "T (stopped)".to_owned()), (9, "t (tracing stop)".to_owned())];
        let limit = Duration::from_secs(20);
        let error = Error::Stalled { name: "task".to_owned(), index: 3, limit, workers };
        assert_eq!(
            error.to_string(),
            "task 3 of task: no processor time was used for 20 s by process 7, state T (stopped) and process 9, state t \
             (tracing stop): a process that is stopped goes on with `kill -CONT 7 9`; the worker was killed"
        );
        let sleeping = vec![(7, "S (sleeping)".to_owned())];
        let error = Error::Stalled { name: "task".to_owned(), index: 0, limit, workers: sleeping };
        assert!(error.to_string().ends_with("S (sleeping): it waits for something that does not come, and was killed"));
    }
}
