//! Other systems than Linux: everything compiles, and ranks say that they are unavailable.

use std::convert::Infallible;
use std::ffi::OsString;

use bytemuck::Pod;
use serde::Serialize;

use super::{Desk, Error, Options, World};

/// There are none.
pub(super) fn work_if_rank() {}

/// Nothing starts ranks here.
pub(super) fn available() -> Result<Vec<OsString>, Error> {
    Err(Error::Unavailable("ranks over MPI are started on Linux only, for now".to_owned()))
}

/// Ranks that wait for something to do together. On this system there are none.
#[derive(Debug)]
pub struct Ranks {
    nobody: Infallible,
}

impl Ranks {
    pub(super) fn start(_: &Options, _: &[OsString]) -> Result<Self, Error> {
        available().map(|_| unreachable!("there are none here"))
    }

    /// How many ranks there are.
    pub fn size(&self) -> usize {
        match self.nobody {}
    }

    /// The process id of each rank.
    pub fn ids(&self) -> Vec<u32> {
        match self.nobody {}
    }

    /// Runs a function on all ranks at once.
    ///
    /// # Errors
    /// None: nobody can call it.
    pub fn run<F, A, T>(&mut self, _: F, _: &A, _: &[&[f64]], _: &mut [T]) -> Result<(), Error>
    where
        F: Fn(&World, A, Option<Desk<'_>>) -> Result<(), Error>,
        A: Serialize,
        T: Pod,
    {
        match self.nobody {}
    }

    /// Lets the ranks end.
    ///
    /// # Errors
    /// None: nobody can call it.
    pub fn join(self) -> Result<(), Error> {
        match self.nobody {}
    }
}
