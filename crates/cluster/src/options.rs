//! How a load-balanced view treats its tasks.

use std::time::Duration;

/// What an engine waits for before it takes the next task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// Nothing: it says that a task is done, and goes on. When that is lost, the task comes again, and its result is found.
    #[default]
    Plain,
    /// That the server says it knows. It knows in memory: a server that is killed at once forgets it all the same.
    Confirmed,
}

/// How a load-balanced view treats its tasks.
#[derive(Clone, Debug)]
pub(crate) struct ViewOptions {
    pub(crate) batch: u32,
    pub(crate) acks: Acks,
    pub(crate) ack_wait: Duration,
    pub(crate) max_deliver: u32,
    pub(crate) timeout: Option<Duration>,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self { batch: 16, acks: Acks::Plain, ack_wait: Duration::from_secs(2), max_deliver: 4, timeout: None }
    }
}
