//! What goes wrong between machines: one line each, what it is and what to do.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error as Described;
use validation::StepError;

use crate::EngineId;

/// What goes wrong between machines. Each text is one line that says what is wrong and what to do about it.
#[derive(Clone, Debug, Deserialize, Described, PartialEq, Serialize)]
pub enum Error {
    /// The program's main function does not let its engines begin their work.
    #[error(
        "an engine runs this same program, whose main function does not let it work: add `cluster::init();` as the first line of main"
    )]
    NotInitialised,
    /// An engine wanted engines of its own.
    #[error("a task cannot start engines of its own: only the program's first process can")]
    Nested,
    /// This system, or this machine, does not have what it takes.
    #[error("{0}")]
    Unavailable(String),
    /// A server or an engine did not start.
    #[error("{what} does not start: {why}")]
    Start {
        /// Which of them.
        what: String,
        /// Why, in the words of the system or its own.
        why: String,
    },
    /// Nobody listens at an address.
    #[error(
        "no NATS server answers at {url} ({why}): start one with `cargo course cluster start`, or look at the address"
    )]
    NoServer {
        /// The address.
        url: String,
        /// What the system says.
        why: String,
    },
    /// A server wants other credentials.
    #[error("the server at {url} refuses these credentials: use the token or the password that it was started with")]
    WrongCredentials {
        /// The address.
        url: String,
    },
    /// A server keeps no queues.
    #[error(
        "the server at {url} runs without JetStream, which keeps the tasks: start it with `nats-server --jetstream`"
    )]
    NoJetStream {
        /// The address.
        url: String,
    },
    /// The server went away, and did not come back in time.
    #[error("the server has been away for {} s: start it again on its folder, and ask again", .away.as_secs_f64())]
    ServerLost {
        /// For how long it was waited.
        away: Duration,
    },
    /// The server refused something.
    #[error("the server refuses {what} ({why}): look at its log and at the disk of its folder")]
    Server {
        /// What was asked of it.
        what: String,
        /// Its words.
        why: String,
    },
    /// There is nobody to work.
    #[error("no engine is there: start one with `cargo course engine --server {url}`")]
    NoEngines {
        /// The server's address.
        url: String,
    },
    /// All engines were lost before the tasks were done.
    #[error("no engine is left, and {missing} of {of} tasks are not done ({how}): start an engine and ask again")]
    EnginesLost {
        /// Tasks without a result.
        missing: u64,
        /// Tasks that were given.
        of: u64,
        /// How the engines ended, as far as that is known.
        how: String,
    },
    /// An engine that is not there.
    #[error("engine {engine} is not there: alive are {alive:?}")]
    NoSuchEngine {
        /// The number that was asked for.
        engine: EngineId,
        /// Those that are there.
        alive: Vec<EngineId>,
    },
    /// An engine fell silent in the middle, or ended.
    #[error("it is gone ({how}): what it had was lost, ask the others")]
    EngineLost {
        /// How, as far as that is known.
        how: String,
    },
    /// A connection was cut while a question was under way.
    #[error("the connection was cut in the middle: the answer is lost, ask again")]
    Cut,
    /// What went wrong on several engines, each with its number.
    #[error("{}", each(.0))]
    Engines(
        /// The engines and their errors.
        Vec<(EngineId, Error)>,
    ),
    /// An engine runs another program, or another build of it.
    #[error(
        "an engine runs another build of the program: the engine's is {theirs:016x} and this one {ours:016x}; start it from the same file"
    )]
    OtherBuild {
        /// The hash of the engine's program.
        theirs: u64,
        /// The hash of the program that asked.
        ours: u64,
    },
    /// What lies in the store under a program's hash is something else.
    #[error("the program in the store has the hash {found}..., and {wanted}... was told: it is not started")]
    OtherProgram {
        /// The first digits of its hash.
        found: String,
        /// Those that were told.
        wanted: String,
    },
    /// A function that engines do not know.
    #[error("{name} is not known to engines: {}", to_register(.name))]
    NotATask {
        /// The function's path.
        name: String,
    },
    /// A value of another type than the one that was expected.
    #[error("{what} is of the type {found}, and was asked for as {wanted}")]
    WrongType {
        /// The value, or the function whose argument it is.
        what: String,
        /// What it is.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// A name without a value.
    #[error("there is no value `{name}`: push it first")]
    NoValue {
        /// The name.
        name: String,
    },
    /// A task panicked.
    #[error("task {index} of {name} panicked: {message}")]
    Panicked {
        /// The task's function.
        name: String,
        /// Which of the inputs it was, from zero.
        index: u64,
        /// What it said, and where.
        message: String,
    },
    /// A procedure returned an error.
    #[error("{name}: {message}")]
    Procedure {
        /// The procedure.
        name: String,
        /// What it returned.
        message: String,
    },
    /// A task whose engine ended every time.
    #[error(
        "task {index} of {name} was tried {tries} times, and each time its engine ended or fell silent in the middle ({how}): it is given up"
    )]
    GivenUp {
        /// The task's function.
        name: String,
        /// Which of the inputs it was, from zero.
        index: u64,
        /// How often it was tried.
        tries: u32,
        /// How engines ended meanwhile, as far as that is known.
        how: String,
    },
    /// The tasks took longer than allowed.
    #[error("{missing} of {of} tasks were not done after {} ms, and are given up", .limit.as_millis())]
    TimedOut {
        /// Tasks without a result.
        missing: u64,
        /// Tasks that were given.
        of: u64,
        /// How long they were allowed.
        limit: Duration,
    },
    /// The result was not there in time. The work goes on.
    #[error("not ready after {} ms: wait longer", .0.as_millis())]
    NotReady(
        /// How long it was waited.
        Duration,
    ),
    /// Lists of different lengths were to be treated alike.
    #[error("{0}")]
    Lengths(String),
    /// A value cannot be written as bytes, or read back.
    #[error("a value cannot travel between processes: {0}")]
    Encoding(String),
    /// The system refused something else.
    #[error("{0}")]
    System(String),
}

impl Error {
    /// The error of one engine, with its number.
    pub(crate) fn of_engine(self, engine: EngineId) -> Self {
        Self::Engines(vec![(engine, self)])
    }

    /// The system refused something.
    pub(crate) fn system(what: &str, error: impl std::fmt::Display) -> Self {
        Self::System(format!("{what}: {error}"))
    }

    /// The server refused something.
    pub(crate) fn server(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Server { what: what.to_owned(), why: error.to_string() }
    }
}

/// The errors of several engines in one line.
fn each(errors: &[(EngineId, Error)]) -> String {
    let words = errors.iter().map(|(engine, error)| format!("engine {engine}: {error}"));
    words.collect::<Vec<_>>().join("; ")
}

/// How a function becomes known.
fn to_register(name: &str) -> String {
    let function = name.rsplit("::").next().unwrap_or(name);
    if function.contains('{') {
        "a closure cannot leave its process; write a function and register it with `task!`".to_owned()
    } else {
        format!("register it with `cluster::task!({function});`")
    }
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) | Error::NotInitialised => Self::Unavailable(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_is_named_with_what_went_wrong_there() {
        let gone = Error::EngineLost { how: "signal 9".to_owned() };
        let panicked = Error::Panicked { name: "f".to_owned(), index: 3, message: "no".to_owned() };
        let text = Error::Engines(vec![(0, panicked), (2, gone)]).to_string();
        assert_eq!(
            text,
            "engine 0: task 3 of f panicked: no; engine 2: it is gone (signal 9): what it had was lost, ask the others"
        );
    }

    #[test]
    fn a_closure_is_told_from_a_function() {
        let text = |name: &str| Error::NotATask { name: name.to_owned() }.to_string();
        assert!(text("a::square").ends_with("register it with `cluster::task!(square);`"));
        assert!(text("a::{{closure}}").contains("a closure cannot leave its process"));
    }
}
