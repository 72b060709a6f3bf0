//! One process for one function.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Error;
use crate::os::{Child, Lost, Message, PATIENCE};
use crate::task::name_of;
use crate::wire::encode;
use crate::worker::{READY, RUN};

// ANCHOR: process
/// A process that runs one function and ends. One that is dropped is killed: [`join`](Self::join) waits for it.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a process that calls a task with this input.
    ///
    /// # Errors
    /// When the task is not registered or the input cannot travel, when the process does not start, in a worker, and in a program
    /// that lacks [`init`](crate::init).
    pub fn start<F, A>(function: F, input: A) -> Result<Self, Error>
    where
        F: Fn(A) + Copy,
        A: Serialize,
    {
        crate::may_start()?;
        let _ = function;
        let mut message = Message::new(RUN);
        encode(name_of::<F>()?, &mut message)?;
        encode([input].as_slice(), &mut message)?;
        message.seal();
        let child = Child::start(None, None).map_err(|error| Error::Start(error.to_string()))?;
        child.send(&message, None).map_err(|lost| Error::Start(format!("it cannot be told what to do: {lost:?}")))?;
        Ok(Self { child })
    }
    // ANCHOR_END: process

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended.
    pub fn is_alive(&self) -> bool {
        self.child.is_alive()
    }

    /// Waits until the function is about to be called: until then, the time is that of starting a process.
    ///
    /// # Errors
    /// When the process ends before.
    pub fn wait_until_ready(&self) -> Result<(), Error> {
        match self.child.receive(Some(Instant::now() + 2 * PATIENCE)) {
            Ok(message) if message.kind() == READY => Ok(()),
            Ok(message) => Err(Error::Start(format!("it began with a message of kind {}", message.kind()))),
            Err(Lost::TimedOut) => Err(Error::Start("it was not ready in time".to_owned())),
            Err(lost) => Err(Error::Start(format!("it ended before it was ready: {lost:?}"))),
        }
    }

    /// Asks the process to end (SIGTERM).
    pub fn terminate(&self) {
        self.child.terminate();
    }

    /// Kills the process (SIGKILL).
    pub fn kill(&self) {
        self.child.kill();
    }

    /// Waits for its end. The status is 0 when the function has returned, and 101 when it has panicked.
    ///
    /// # Errors
    /// When the system does not say how it ended.
    pub fn join(self) -> Result<ExitStatus, Error> {
        self.ended_before(None)?.ok_or_else(|| Error::System("a process without an end".to_owned()))
    }

    /// Waits for its end, but no longer than this. A process whose end has been seen is not to be joined again.
    ///
    /// # Errors
    /// [`Error::NotReady`], or when the system does not say how it ended.
    pub fn join_timeout(&self, patience: Duration) -> Result<ExitStatus, Error> {
        self.ended_before(Some(Instant::now() + patience))?.ok_or(Error::NotReady(patience))
    }

    fn ended_before(&self, deadline: Option<Instant>) -> Result<Option<ExitStatus>, Error> {
        self.child.wait(deadline).map_err(|error| Error::System(error.to_string()))
    }
}
