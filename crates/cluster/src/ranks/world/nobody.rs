//! The world of a program that was built without MPI: there is none.

use std::convert::Infallible;

use bytemuck::Pod;

use crate::ranks::{Error, Parts};

/// A number that MPI can send.
pub trait Number: Pod {}

impl Number for u32 {}
impl Number for u64 {}
impl Number for f64 {}

/// All ranks. This program was built without the feature `mpi`, and has none.
#[derive(Debug)]
pub struct World {
    nobody: Infallible,
}

impl World {
    /// The number of this rank, from zero.
    pub fn rank(&self) -> usize {
        match self.nobody {}
    }

    /// How many ranks there are.
    pub fn size(&self) -> usize {
        match self.nobody {}
    }

    /// Waits until all ranks are here.
    pub fn barrier(&self) {
        match self.nobody {}
    }

    /// The same `length` numbers for all, from rank 0.
    ///
    /// # Errors
    /// None: nobody can call it.
    pub fn broadcast<T: Number>(&self, _: Option<&[T]>, _: usize) -> Result<Vec<T>, Error> {
        match self.nobody {}
    }

    /// To each rank its part of what rank 0 has.
    ///
    /// # Errors
    /// None: nobody can call it.
    pub fn scatter<T: Number>(&self, _: Option<&[T]>, _: &Parts) -> Result<Vec<T>, Error> {
        match self.nobody {}
    }

    /// From each rank its part, one after the other into what rank 0 has.
    ///
    /// # Errors
    /// None: nobody can call it.
    pub fn gather<T: Number>(&self, _: &[T], _: &Parts, _: Option<&mut [T]>) -> Result<(), Error> {
        match self.nobody {}
    }

    /// The sums over all ranks, element by element, for rank 0.
    ///
    /// # Errors
    /// None: nobody can call it.
    pub fn sum(&self, _: &[u64]) -> Result<Option<Vec<u64>>, Error> {
        match self.nobody {}
    }
}
