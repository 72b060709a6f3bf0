//! Systems that cannot be asked to end children with their parent: everything compiles, and nothing starts.

use std::fs::File;
use std::io;
use std::process::{ChildStdout, Command};
use std::time::Duration;

use super::Role;

const WHY: &str = "engines are started on Linux only for now";

/// What can be said of this system before anything is started.
pub(crate) fn available() -> Result<(), String> {
    Err(WHY.to_owned())
}

/// Whether this process is a child of this crate.
pub(crate) fn is_child() -> bool {
    false
}

/// The program's own file.
pub(crate) fn own_program() -> io::Result<File> {
    File::open(std::env::current_exe()?)
}

/// Makes a program of a file: not here.
pub(crate) fn as_program(_: File) -> io::Result<File> {
    Err(io::Error::new(io::ErrorKind::Unsupported, WHY))
}

/// A child process, of which there is none here.
#[derive(Debug)]
pub(crate) enum Child {}

impl Child {
    pub(crate) fn start(_: Role, _: &[u8]) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, WHY))
    }

    pub(crate) fn start_program(_: Role, _: &File, _: &str, _: &[u8]) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, WHY))
    }

    pub(crate) fn id(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn output(&self) -> Option<ChildStdout> {
        match *self {}
    }

    pub(crate) fn write(&self, _: &[u8]) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn kill(&self) {
        match *self {}
    }

    pub(crate) fn ended(&self) -> Option<String> {
        match *self {}
    }

    pub(crate) fn wait(&self) {
        match *self {}
    }

    pub(crate) fn hang_up(&self, _: Duration) -> bool {
        match *self {}
    }
}

/// No process is a child here.
pub(crate) fn role() -> Option<(Role, File)> {
    None
}

/// Lets a program that is not ours end with this process: not here.
pub(crate) fn ends_with_us(_: &mut Command) {}
