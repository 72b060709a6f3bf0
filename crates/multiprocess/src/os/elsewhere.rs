//! Systems other than Linux: everything is there, and says that it is not.

use std::ffi::OsStr;
use std::io;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::{Idle, Look, Lost, Message, Patience};

const WHY: &str = "processes are started on Linux only: run this there";

/// What can be said of this system before anything is started.
pub(crate) fn available() -> Result<(), String> {
    Err(WHY.to_owned())
}

fn unavailable() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, WHY)
}

/// No value of this type can be.
#[derive(Clone, Copy, Debug)]
enum Never {}

/// A connection that cannot be.
#[derive(Debug)]
pub(crate) struct Line(Never);

impl Line {
    pub(crate) fn send(&self, _: &Message, _: Option<&()>, _: Patience<'_>) -> Result<(), Lost> {
        match self.0 {}
    }

    pub(crate) fn receive_in_child(&self) -> Result<Message, Lost> {
        match self.0 {}
    }
}

/// What cannot be woken.
#[derive(Debug)]
pub(crate) struct Wake(Never);

impl Wake {
    pub(crate) fn new() -> io::Result<Self> {
        Err(unavailable())
    }

    pub(crate) fn signal(&self) {
        match self.0 {}
    }

    pub(crate) fn wait(&self) {
        match self.0 {}
    }
}

/// A child that cannot be.
#[derive(Debug)]
pub(crate) struct Child(Never);

impl Child {
    pub(crate) fn start(_: Option<&OsStr>, _: Option<u64>) -> io::Result<Self> {
        Err(unavailable())
    }

    pub(crate) fn id(&self) -> u32 {
        match self.0 {}
    }

    pub(crate) fn send(&self, _: &Message, _: Patience<'_>) -> Result<(), Lost> {
        match self.0 {}
    }

    pub(crate) fn receive(&self, _: Patience<'_>) -> Result<Message, Lost> {
        match self.0 {}
    }

    pub(crate) fn look(&self) -> Option<Look> {
        match self.0 {}
    }

    pub(crate) fn resident(&self) -> Option<u64> {
        match self.0 {}
    }

    pub(crate) fn idle(&self, _: &Wake) -> Idle {
        match self.0 {}
    }

    pub(crate) fn hang_up(&self) {
        match self.0 {}
    }

    pub(crate) fn kill(&self) {
        match self.0 {}
    }

    pub(crate) fn terminate(&self) {
        match self.0 {}
    }

    pub(crate) fn is_alive(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn wait(&self, _: Option<Instant>) -> io::Result<Option<ExitStatus>> {
        match self.0 {}
    }
}

/// There are no children here.
pub(crate) fn line_to_parent() -> Option<Line> {
    None
}

/// There are no children here.
pub(crate) fn is_child() -> bool {
    false
}

/// Nothing that is said here mends anything.
pub(crate) fn mends(_: &io::Error) -> Option<&'static str> {
    None
}

/// An error.
pub(crate) fn explained(error: &io::Error) -> String {
    error.to_string()
}

/// There are no children here that it could matter to.
pub(crate) fn memory_is_limited() -> bool {
    false
}

/// Memory that cannot be.
#[derive(Debug)]
pub(crate) struct Memory(Never);

impl Memory {
    pub(crate) fn create(_: usize) -> io::Result<Self> {
        Err(unavailable())
    }

    pub(crate) fn sealed(_: usize, _: impl FnOnce(&mut [u8])) -> io::Result<Self> {
        Err(unavailable())
    }

    pub(crate) fn give_back(&self) {
        match self.0 {}
    }

    pub(crate) fn as_ptr(&self) -> *mut u8 {
        match self.0 {}
    }

    pub(crate) fn is_sealed(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn len(&self) -> usize {
        match self.0 {}
    }
}

/// What came of taking a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "no lock can be taken here")]
pub(crate) enum Taken {
    Well,
    FromTheDead,
    Already,
    NotNow,
}

pub(crate) fn make_lock(memory: &Memory) -> io::Result<()> {
    match memory.0 {}
}

/// # Safety
/// None: no memory can be.
#[expect(unsafe_code, reason = "the same signature as on Linux")]
pub(crate) unsafe fn take_lock(memory: &Memory, _: bool) -> Taken {
    match memory.0 {}
}

/// # Safety
/// None: no memory can be.
#[expect(unsafe_code, reason = "the same signature as on Linux")]
pub(crate) unsafe fn give_lock_back(memory: &Memory) {
    match memory.0 {}
}

/// How long a child may take to end by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
