//! A problem: an input, a known answer, and the work that it takes.

use crate::{InputError, Mismatch, Precision, SizeRequest, Verified};

/// One computation with a fixed input and a known answer.
pub trait Problem: Copy + 'static {
    /// The name on the command line and in result files.
    const NAME: &'static str;
    /// What sets the amount of work; the default is the size that the tutorials use.
    type Sizes: Default;
    /// What a step reads.
    type Input: Send + Sync;
    /// What a step writes.
    type Output: Send;

    /// The sizes that a command line asks for.
    ///
    /// # Errors
    /// When the request names a size that this problem does not have.
    fn request(request: &SizeRequest) -> Result<Self::Sizes, InputError>;

    /// Makes the input.
    ///
    /// # Errors
    /// When a size is zero, does not fit the address space, or would need more memory than is there; nothing is allocated then.
    fn input(sizes: &Self::Sizes) -> Result<Self::Input, InputError>;

    /// The sizes by name, for tables and result files.
    fn sizes(input: &Self::Input) -> Vec<(&'static str, u64)>;

    /// An output of the right shape, every page of it touched, every element poisoned.
    fn output(input: &Self::Input) -> Self::Output;

    /// Overwrites every element with a value that no correct step writes.
    fn poison(output: &mut Self::Output);

    /// Poisons an element in each of at most 256 equal parts of each array, others with each `seed`; in a short array, all.
    fn poison_places(output: &mut Self::Output, seed: u64);

    /// One number for all bits of the output in their order, computed fast. A change of one element always changes it, any other
    /// change all but always.
    fn digest(output: &Self::Output) -> u64;

    /// Compares every element with a plain reference loop, which is run once for each input and kept in it.
    ///
    /// # Errors
    /// The [`Mismatch`] names the first wrong element and says how many there are.
    fn verify(input: &Self::Input, output: &Self::Output, precision: Precision) -> Result<Verified, Mismatch>;

    /// A sum over the output that does not depend on the order of its elements; a decimal string, as integers exceed doubles.
    fn validation_sum(output: &Self::Output) -> String;

    /// What a validation sum says, in a line that begins with it.
    fn reading(input: &Self::Input, sum: &str) -> String;

    /// The validation sum of the reference answer, in double precision.
    fn reference_sum(input: &Self::Input) -> String;

    /// The [`digest`](Self::digest) of the reference answer, in double precision: what an answer is compared with where the reference
    /// itself is no longer there.
    fn reference_digest(input: &Self::Input) -> u64;

    /// The validation sum of the same plain loop in single precision, which [`Precision::ExactSingle`] asks for; `None` if the
    /// problem has no such answer.
    fn single_reference_sum(input: &Self::Input) -> Option<String> {
        let _ = input;
        None
    }

    /// The necessary operations and bytes of this input. May compute the reference answer to know.
    fn work(input: &Self::Input) -> Work;

    /// The inputs that every step is tested on: awkward sizes and the known answers.
    fn cases() -> Vec<Case<Self>>;
}

/// One input of a problem that every step is tested on.
pub struct Case<P: Problem> {
    /// The name, as it stands in the name of a test: `500x500`.
    pub name: String,
    /// Makes the input.
    pub input: Box<dyn Fn() -> Result<P::Input, InputError> + Send + Sync>,
}

/// The operations that a problem cannot do without, and the bytes that must move.
///
/// Integer operations are 64 bits wide; the others are in double precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Floating-point additions and subtractions.
    pub adds: u64,
    /// Floating-point multiplications.
    pub muls: u64,
    /// Floating-point divisions.
    pub divs: u64,
    /// Square roots.
    pub sqrts: u64,
    /// Integer additions, shifts and logical operations.
    pub int_ops: u64,
    /// Integer multiplications.
    pub int_muls: u64,
    /// Bytes that must be read from the input.
    pub bytes_read: u64,
    /// Bytes that must be written to the output.
    pub bytes_written: u64,
}

impl Work {
    /// Floating-point operations: additions, multiplications, divisions and square roots, one each.
    pub fn flops(&self) -> u64 {
        self.adds + self.muls + self.divs + self.sqrts
    }

    /// Bytes that must move in either direction.
    pub fn bytes(&self) -> u64 {
        self.bytes_read + self.bytes_written
    }

    /// The work of `times` such pieces.
    pub fn times(&self, times: u64) -> Self {
        Self {
            adds: self.adds * times,
            muls: self.muls * times,
            divs: self.divs * times,
            sqrts: self.sqrts * times,
            int_ops: self.int_ops * times,
            int_muls: self.int_muls * times,
            bytes_read: self.bytes_read * times,
            bytes_written: self.bytes_written * times,
        }
    }
}
