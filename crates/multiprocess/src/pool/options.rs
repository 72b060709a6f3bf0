//! How a pool is started.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::submitted::Task;
use crate::Error;
use crate::os::Message;
use crate::task::name_of;

/// How a pool is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) workers: Option<usize>,
    pub(super) attempts: u32,
    pub(super) time_limit: Option<Duration>,
    pub(super) stall_limit: Option<Duration>,
    pub(super) memory_limit: Option<u64>,
    pub(super) resident_limit: Option<u64>,
    pub(super) tasks_per_worker: Option<u64>,
    pub(super) initializer: Option<Arc<Result<(&'static str, Message), Error>>>,
    pub(super) program: Option<OsString>,
}

impl Options {
    pub(super) fn new() -> Self {
        Self {
            workers: None,
            attempts: 3,
            time_limit: None,
            stall_limit: None,
            memory_limit: None,
            resident_limit: None,
            tasks_per_worker: None,
            initializer: None,
            program: None,
        }
    }

    /// So many workers. By default there is one for each core.
    pub fn workers(self, workers: usize) -> Self {
        Self { workers: Some(workers), ..self }
    }

    /// How often a task is submitted at most when its worker is killed: 3 times by default, at least once.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// How long a task may take (or the chunk of inputs that was submitted together), before its worker is killed. By default, for ever.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self { time_limit: Some(limit), ..self }
    }

    /// How long workers that have something to do may use no processor time, before they are killed and their tasks fail with
    /// [`Error::Stalled`]. By default, for ever: a pool cannot know what its tasks may wait for.
    ///
    /// A worker that is stopped (by SIGSTOP, by a terminal, in a debugger) has so long by itself. One that sleeps, as it does while it
    /// waits for a lock or for a file, is let be as long as another worker of the pool works. One that waits for a processor works.
    /// The steps of this crate have [`STALL_LIMIT`](crate::STALL_LIMIT).
    pub fn stall_limit(self, limit: Duration) -> Self {
        Self { stall_limit: Some(limit), ..self }
    }

    /// How many bytes of addresses a worker may have. Beyond, it cannot allocate, and ends.
    pub fn memory_limit(self, bytes: u64) -> Self {
        Self { memory_limit: Some(bytes), ..self }
    }

    /// A worker that has more resident bytes than this after a task, shared memory not counted, ends, and another one takes its place:
    /// against libraries that keep what they have allocated. By default there is no such limit.
    pub fn resident_limit(self, bytes: u64) -> Self {
        Self { resident_limit: Some(bytes), ..self }
    }

    /// A worker that has done so many tasks ends, and another one takes its place: `maxtasksperchild` of Python's `multiprocessing`. As
    /// there, a chunk of inputs that is submitted together is one task. By default a worker lives as long as its pool.
    pub fn tasks_per_worker(self, tasks: u64) -> Self {
        Self { tasks_per_worker: Some(tasks.max(1)), ..self }
    }

    /// A task that every worker runs once before all others, those that take another's place too. The pool does not
    /// [`start`](Self::start) if it fails.
    pub fn initializer<F, A>(self, function: F, input: A) -> Self
    where
        F: Fn(A) + Copy,
        A: Serialize,
    {
        let _ = function;
        let packed = name_of::<F>().and_then(|name| Ok((name, Task::message(name, &[input])?)));
        Self { initializer: Some(Arc::new(packed)), ..self }
    }

    /// Another program for the workers: by default it is this one.
    pub fn program(self, program: impl Into<OsString>) -> Self {
        Self { program: Some(program.into()), ..self }
    }
}
