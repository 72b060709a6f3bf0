use std::fmt;
use std::time::Duration;

use validation::StepError;

/// What goes wrong with processes.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            Self::NotReady(patience) => write!(f, "not ready after {} ms", patience.as_millis()),
            Self::Closed => f.write_str("the pool is closed: it takes no more tasks"),
            Self::Terminated => f.write_str("the pool was terminated before the task was done"),
            Self::Encoding(why) => write!(f, "a value cannot travel between processes: {why}"),
            Self::Memory(why) => write!(f, "memory to share cannot be had: {why}"),
            Self::System(why) => f.write_str(why),
        }
    }
}

fn tasks(index: usize, count: usize) -> String {
    if count == 1 { format!("task {index}") } else { format!("one of the tasks {index} to {}", index + count - 1) }
}

impl std::error::Error for Error {}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) | Error::NotInitialised => Self::Unavailable(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<postcard::Error> for Error {
    fn from(error: postcard::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}
