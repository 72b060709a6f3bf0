//! What the rest of the crate asks of the operating system.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::*;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes before the body of a message: the length of the body, the kind, and how many memories go along.
pub(crate) const HEADER: usize = 16;

/// A message from process to process: bytes, and memory that both can see.
#[derive(Debug)]
pub(crate) struct Message {
    /// The header and the body.
    pub(crate) bytes: Vec<u8>,
    /// What the body mentions by number.
    pub(crate) memories: Vec<Arc<Memory>>,
}

impl Message {
    /// A message without a body.
    pub(crate) fn new(kind: u32) -> Self {
        let mut bytes = vec![0; HEADER];
        bytes[8..12].copy_from_slice(&kind.to_le_bytes());
        Self { bytes, memories: Vec::new() }
    }

    pub(crate) fn kind(&self) -> u32 {
        u32::from_le_bytes([self.bytes[8], self.bytes[9], self.bytes[10], self.bytes[11]])
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[HEADER..]
    }

    /// Writes down how long the body is and how many memories go along.
    pub(crate) fn seal(&mut self) {
        let length = (self.bytes.len() - HEADER) as u64;
        self.bytes[..8].copy_from_slice(&length.to_le_bytes());
        self.bytes[12..16].copy_from_slice(&(self.memories.len() as u32).to_le_bytes());
    }
}

/// What shared memory is aligned to, on every machine: a page has at least so many bytes.
pub(crate) const ALIGNMENT: usize = 4096;

/// The time so long from now: never, when that is more than a clock can count.
pub(crate) fn after(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}

/// How long to wait for a process.
#[derive(Clone, Copy, Default)]
pub(crate) struct Patience<'a> {
    /// Until then at most.
    pub(crate) deadline: Option<Instant>,
    /// How often to ask whether the process has stalled, and whom.
    pub(crate) watch: Option<(Duration, &'a dyn Fn() -> bool)>,
}

impl Patience<'_> {
    pub(crate) fn until(deadline: Option<Instant>) -> Self {
        Self { deadline, watch: None }
    }
}

/// What a process is doing.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// How long it has been computing.
    pub(crate) processor_time: Duration,
    /// A letter and a word, as the system has them: `T (stopped)`.
    pub(crate) state: String,
}

impl Look {
    /// Whether it is computing, or will as soon as a processor is free.
    pub(crate) fn runs(&self) -> bool {
        self.state.starts_with('R')
    }

    /// Whether somebody has stopped it, by a signal or with a debugger.
    pub(crate) fn is_stopped(&self) -> bool {
        self.state.starts_with(['T', 't'])
    }
}

/// Why there is nobody to talk to.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The process has ended.
    Ended,
    /// The deadline is over.
    TimedOut,
    /// The watcher of the process says that it has stalled.
    Stalled,
    /// The message has come, and the memories that belong to it cannot be had. The connection is in order.
    Refused(String),
    /// The system refused.
    System(io::Error),
}

/// Why a worker that waited for work waits no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// There is something to do.
    Woken,
    /// Its process has ended.
    Dead,
}
