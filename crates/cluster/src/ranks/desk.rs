//! What rank 0 has at hand: the numbers that came from outside, and room for the answer.

use bytemuck::Pod;

/// The numbers that the program handed to its ranks, and room for their answer: memory that the program sees too.
///
/// Rank 0 alone has it. What the others need of the numbers is sent to them by MPI, and what they find out comes back that way.
#[derive(Debug)]
pub struct Desk<'a> {
    numbers: &'a [f64],
    answer: &'a mut [u8],
}

/// What the answer is aligned to: a cache line, and so every number.
const ALIGNMENT: usize = 64;

impl<'a> Desk<'a> {
    /// Bytes of so many numbers and of an answer.
    pub(super) fn bytes(numbers: usize, answer: usize) -> usize {
        (numbers * size_of::<f64>()).next_multiple_of(ALIGNMENT) + answer
    }

    /// The desk in some memory that has at least as many bytes, and is aligned.
    #[cfg(feature = "mpi")]
    pub(super) fn in_memory(memory: &'a mut [u8], numbers: usize, answer: usize) -> Self {
        let (before, after) = memory.split_at_mut(Self::bytes(numbers, 0));
        let numbers = bytemuck::cast_slice(&before[..numbers * size_of::<f64>()]);
        Self { numbers, answer: &mut after[..answer] }
    }

    /// The numbers, one column after the other.
    pub fn numbers(&self) -> &[f64] {
        self.numbers
    }

    /// Room for the answer, with what an earlier one has left there.
    ///
    /// # Panics
    /// When the answer was asked for in numbers of another size.
    pub fn answer<T: Pod>(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(self.answer)
    }
}
