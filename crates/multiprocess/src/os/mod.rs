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

/// Why there is nobody to talk to.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The process has ended.
    Ended,
    /// The deadline is over.
    TimedOut,
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
