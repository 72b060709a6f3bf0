//! The world of an MPI library. Only calls with counts are used: the others divide the length and send wrong numbers without a word when
//! that leaves a remainder.

use std::fmt;

use bytemuck::Pod;
use mpi::collective::{CommunicatorCollectives, Root, SystemOperation};
use mpi::datatype::{Equivalence, Partition, PartitionMut};
use mpi::topology::{Communicator, SimpleCommunicator};

use crate::ranks::{Error, Parts};

/// A number that MPI can send.
pub trait Number: Pod + Equivalence {}

impl Number for u32 {}
impl Number for u64 {}
impl Number for f64 {}

/// All ranks. Each call is made by all of them, with the same counts; the root is rank 0.
///
/// The names are those of MPI, without its prefix.
pub struct World {
    communicator: SimpleCommunicator,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("rank", &self.rank()).field("size", &self.size()).finish()
    }
}

impl World {
    pub(in crate::ranks) fn new(communicator: SimpleCommunicator) -> Self {
        Self { communicator }
    }

    /// The number of this rank, from zero.
    pub fn rank(&self) -> usize {
        self.communicator.rank() as usize
    }

    /// How many ranks there are.
    pub fn size(&self) -> usize {
        self.communicator.size() as usize
    }

    fn check(&self, call: &'static str, parts: &Parts, part: usize, whole: Option<usize>) -> Result<(), Error> {
        // Rank 0 needs all of it; what the others have beside their part is of no use to the call.
        let whole = (self.rank() == 0).then(|| whole.unwrap_or_default());
        parts.check(call, (self.rank(), self.size()), part, whole)
    }

    /// Waits until all ranks are here.
    pub fn barrier(&self) {
        self.communicator.barrier();
    }

    /// The same `length` numbers for all, from rank 0: `MPI_Bcast`.
    ///
    /// # Errors
    /// When rank 0 has another number of them, or MPI cannot count so far.
    pub fn broadcast<T: Number>(&self, numbers: Option<&[T]>, length: usize) -> Result<Vec<T>, Error> {
        let all = Parts::even(length, 1);
        all.check("broadcast", (0, 1), length, (self.rank() == 0).then(|| numbers.map_or(0, <[T]>::len)))?;
        let mut copy = vec![T::zeroed(); length];
        if let (0, Some(numbers)) = (self.rank(), numbers) {
            copy.copy_from_slice(numbers);
        }
        self.communicator.process_at_rank(0).broadcast_into(copy.as_mut_slice());
        Ok(copy)
    }

    // ANCHOR: scatter
    /// To each rank its part of what rank 0 has: `MPI_Scatterv`.
    ///
    /// # Errors
    /// When a length is not what the parts say.
    pub fn scatter<T: Number>(&self, whole: Option<&[T]>, parts: &Parts) -> Result<Vec<T>, Error> {
        let length = parts.counts().get(self.rank()).copied().unwrap_or_default();
        self.check("scatter", parts, length, whole.map(<[T]>::len))?;
        let mut part = vec![T::zeroed(); length];
        let root = self.communicator.process_at_rank(0);
        match whole {
            Some(whole) if self.rank() == 0 => {
                let (counts, displacements) = parts.partition();
                root.scatter_varcount_into_root(&Partition::new(whole, counts, displacements), part.as_mut_slice());
            }
            _ => root.scatter_varcount_into(part.as_mut_slice()),
        }
        Ok(part)
    }
    // ANCHOR_END: scatter

    /// From each rank its part, one after the other into what rank 0 has: `MPI_Gatherv`.
    ///
    /// # Errors
    /// When a length is not what the parts say.
    pub fn gather<T: Number>(&self, part: &[T], parts: &Parts, whole: Option<&mut [T]>) -> Result<(), Error> {
        self.check("gather", parts, part.len(), whole.as_deref().map(<[T]>::len))?;
        let root = self.communicator.process_at_rank(0);
        match whole {
            Some(whole) if self.rank() == 0 => {
                let (counts, displacements) = parts.partition();
                root.gather_varcount_into_root(part, &mut PartitionMut::new(whole, counts, displacements));
            }
            _ => root.gather_varcount_into(part),
        }
        Ok(())
    }

    /// The sums over all ranks, element by element, for rank 0: `MPI_Reduce`. All ranks have arrays of the same length.
    ///
    /// Of integers alone: their sum is the same in any order. A library adds in an order of its own, and what it makes of floating-point
    /// numbers differs from call to call of the same meaning.
    ///
    /// # Errors
    /// When MPI cannot count so far.
    pub fn sum(&self, numbers: &[u64]) -> Result<Option<Vec<u64>>, Error> {
        Parts::even(numbers.len(), 1).check("sum", (0, 1), numbers.len(), None)?;
        let root = self.communicator.process_at_rank(0);
        if self.rank() > 0 {
            root.reduce_into(numbers, SystemOperation::sum());
            return Ok(None);
        }
        let mut sums = vec![0; numbers.len()];
        root.reduce_into_root(numbers, sums.as_mut_slice(), SystemOperation::sum());
        Ok(Some(sums))
    }
}
