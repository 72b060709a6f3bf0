//! One process for one function.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::ends::not_ready;
use crate::os::{Child, Lost, Message, PATIENCE, Patience, after};
use crate::stall::{Watch, Worked};
use crate::task::name_of;
use crate::wire::encode;
use crate::worker::{READY, RUN};
use crate::{Error, STALL_LIMIT};

// ANCHOR: process
/// A process that runs one function and ends. One that is dropped is killed: [`join`](Self::join) waits for it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: &'static str,
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
        let name = name_of::<F>()?;
        let mut message = Message::new(RUN);
        encode(name, &mut message)?;
        encode([input].as_slice(), &mut message)?;
        message.seal();
        let child = Child::start(None, None).map_err(|error| Error::no_process(&error))?;
        // Until the function is called, a child has nothing to wait for but this message.
        let worked = Worked::default();
        let watch = Watch::new(STALL_LIMIT, &worked, Instant::now());
        let stalled = || watch.stalled(&child).is_some();
        let patience = Patience { deadline: None, watch: Some((watch.every(), &stalled)) };
        if let Err(lost) = child.send(&message, patience) {
            return Err(not_ready(&child, Err(lost)));
        }
        Ok(Self { child, name })
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
        match self.child.receive(Patience::until(after(2 * PATIENCE))) {
            Ok(message) if message.kind() == READY => Ok(()),
            Ok(message) => Err(Error::Start(format!("it began with a message of kind {}", message.kind()))),
            Err(Lost::TimedOut) => Err(Error::Start("it was not ready in time".to_owned())),
            Err(_) => Err(Error::Start("it ended before it was ready".to_owned())),
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
        self.ended_before(after(patience))?.ok_or(Error::NotReady(patience))
    }

    /// Waits for its end as long as it works. One that uses no processor time for as long as the limit is killed.
    ///
    /// # Errors
    /// [`Error::Stalled`], or when the system does not say how it ended.
    pub fn join_unless_stalled(self, limit: Duration) -> Result<ExitStatus, Error> {
        let worked = Worked::default();
        let watch = Watch::new(limit, &worked, Instant::now());
        loop {
            if let Some(status) = self.ended_before(after(watch.every()))? {
                return Ok(status);
            }
            if let Some(look) = watch.stalled(&self.child) {
                let workers = vec![(self.id(), look.state)];
                return Err(Error::Stalled { name: self.name.to_owned(), index: 0, limit, workers });
            }
        }
    }

    fn ended_before(&self, deadline: Option<Instant>) -> Result<Option<ExitStatus>, Error> {
        self.child.wait(deadline).map_err(|error| Error::System(error.to_string()))
    }
}
