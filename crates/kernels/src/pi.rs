//! The pi ladder of the scalar kernels: darts at a square, in chunks that each have a random stream of their own.

use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use validation::pi::{Input, Output};
use validation::random::next;
use validation::{Expected, Pi, Step, step};

// ANCHOR: branching
/// A hit is counted in a branch.
///
/// Mirrors the `sample` function of the book's chapter 4. The branch is taken 785 times in 1000, in no order that a predictor could
/// learn, and the compiler keeps it. Look for the jump after the comparison.
pub fn branching(input: &Input, hits: &mut Output) {
    for (seed, hits) in hits.iter_mut().enumerate() {
        let mut stream = SplitMix64::seed_from_u64(seed as u64);
        *hits = 0;
        for _ in 0..input.samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            if x * x + y * y <= 1.0 {
                *hits += 1;
            }
        }
    }
}
// ANCHOR_END: branching

// ANCHOR: branchless
/// The comparison is a number, 0 or 1, and is added.
///
/// Mirrors the sum over a boolean array in the book's NumPy style. Look for the packed comparison: without a branch, and with a
/// stream whose state is a sum, samples can be drawn side by side.
pub fn branchless(input: &Input, hits: &mut Output) {
    for (seed, hits) in hits.iter_mut().enumerate() {
        let mut stream = SplitMix64::seed_from_u64(seed as u64);
        let mut sum = 0;
        for _ in 0..input.samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            sum += u64::from(x * x + y * y <= 1.0);
        }
        *hits = sum;
    }
}
// ANCHOR_END: branchless

/// The steps, in order.
pub const STEPS: &[Step<Pi>] = &[
    step!(branching, "the book's sample()", "a hit is a branch"),
    step!(branchless, "a sum over booleans", "a hit is a number, 0 or 1").lesson(Expected::Faster),
];
