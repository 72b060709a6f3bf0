//! The instruction sets that this CPU has, behind safe calls.
#![expect(unsafe_code, reason = "code for an instruction set may be called only where the CPU has it")]

use super::mix::BODIES;

/// Runs rounds of one of [`BODIES`].
pub(super) type Loop = unsafe fn(u64);
/// The loop of each of [`BODIES`]; `None` where the set cannot do it.
pub(super) type Loops = [Option<Loop>; BODIES.len()];
/// Writes a value to every element.
pub(super) type Fill = unsafe fn(&mut [f64], f64);
/// Adds two slices into a third; all of the same length.
pub(super) type Add = unsafe fn(&[f64], &[f64], &mut [f64]);
/// Reads two slices of the same length.
pub(super) type Sum = unsafe fn(&[f64], &[f64]) -> f64;

/// One way of computing that this CPU has.
#[derive(Debug)]
pub(super) struct InstructionSet {
    pub(super) name: &'static str,
    /// Units of work that a round of each loop does.
    units: u64,
    loops: Loops,
    memory: Memory,
}

/// Kernels that move memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) sum: Sum,
    pub(super) fill: Fill,
    pub(super) add: Add,
    /// `fill` and `add` with stores that go past the caches, which saves reading each line before it is overwritten.
    pub(super) streaming: Option<(Fill, Add)>,
}

impl InstructionSet {
    /// A set whose loops do `units` units in a round.
    ///
    /// # Safety
    /// The CPU must have the instructions that the functions are compiled for, whenever they are called.
    pub(super) unsafe fn new(name: &'static str, units: u64, loops: Loops, memory: Memory) -> Self {
        Self { name, units, loops, memory }
    }

    /// How many units a round of this body does; `None` if the set cannot do it.
    pub(super) fn units(&self, body: usize) -> Option<u64> {
        self.loops[body].map(|_| self.units)
    }

    /// Runs a body, if the set can do it.
    pub(super) fn run(&self, body: usize, rounds: u64) {
        if let Some(run) = self.loops[body] {
            // SAFETY: the caller of `new` promised that the CPU has these instructions.
            unsafe { run(rounds) }
        }
    }

    pub(super) fn has_streaming(&self) -> bool {
        self.memory.streaming.is_some()
    }

    /// The sum of all elements of `a` and `b`.
    ///
    /// # Panics
    /// If the lengths differ.
    pub(super) fn sum(&self, a: &[f64], b: &[f64]) -> f64 {
        assert_eq!(a.len(), b.len());
        // SAFETY: as above.
        unsafe { (self.memory.sum)(a, b) }
    }

    pub(super) fn fill(&self, output: &mut [f64], value: f64, streaming: bool) {
        let streamed = self.memory.streaming.filter(|_| streaming);
        let fill = streamed.map_or(self.memory.fill, |(fill, _)| fill);
        // SAFETY: as above.
        unsafe { fill(output, value) }
    }

    /// Adds `a` and `b` into `output`.
    ///
    /// # Panics
    /// If the lengths differ.
    pub(super) fn add(&self, a: &[f64], b: &[f64], output: &mut [f64], streaming: bool) {
        assert_eq!((a.len(), b.len()), (output.len(), output.len()));
        let streamed = self.memory.streaming.filter(|_| streaming);
        let add = streamed.map_or(self.memory.add, |(_, add)| add);
        // SAFETY: as above.
        unsafe { add(a, b, output) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::mix::COUNTED;
    use crate::limits::{available, portable, processor};

    /// The portable loops can be tested anywhere.
    fn all() -> Vec<InstructionSet> {
        available().into_iter().chain(portable::available()).collect()
    }

    #[test]
    fn everything_that_work_counts_has_a_loop() {
        for sets in [available(), portable::available()] {
            for body in COUNTED {
                assert!(sets.iter().any(|set| set.units(body).is_some()), "{} has no loop", BODIES[body].name);
            }
        }
    }

    #[test]
    fn every_loop_ends() {
        for set in all() {
            for body in 0..BODIES.len() {
                set.run(body, 0);
                set.run(body, 3);
            }
        }
        assert!(processor::dependent_additions(0).is_none_or(|additions| additions > 0));
    }

    #[test]
    fn memory_kernels_write_every_element_and_nothing_else() {
        let lengths = (0..80).chain([127, 128, 129, 255, 256, 257, 1000]);
        let value = |index: usize| index as f64 + 0.25;
        let a: Vec<f64> = (0..1100).map(value).collect();
        let b: Vec<f64> = (0..1100).map(|index| 2.0 * value(index)).collect();
        for set in all() {
            for length in lengths.clone() {
                for offset in 0..9 {
                    let range = offset..offset + length;
                    let others = offset + 3..offset + 3 + length;
                    for streaming in [false, true] {
                        let mut output = vec![f64::NAN; 1100];
                        set.add(&a[range.clone()], &b[others.clone()], &mut output[range.clone()], streaming);
                        for (index, &written) in output.iter().enumerate() {
                            match range.contains(&index) {
                                true => assert_eq!(written, value(index) + 2.0 * value(index + 3), "{}", set.name),
                                false => assert!(written.is_nan(), "{}: wrote outside", set.name),
                            }
                        }

                        set.fill(&mut output[range.clone()], -7.5, streaming);
                        for (index, &written) in output.iter().enumerate() {
                            match range.contains(&index) {
                                true => assert_eq!(written, -7.5, "{}", set.name),
                                false => assert!(written.is_nan(), "{}: filled outside", set.name),
                            }
                        }
                    }
                    // Quarters of small integers: the sum is exact in any order.
                    let expected = a[range.clone()].iter().chain(&b[others.clone()]).sum::<f64>();
                    assert_eq!(set.sum(&a[range], &b[others]), expected, "{}", set.name);
                }
            }
        }
    }
}
