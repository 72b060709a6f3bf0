//! Work of a known length, for the tests of the sampler.

use std::hint::black_box;

/// A chain of divisions, which takes a fixed number of cycles per round.
#[inline(always)]
pub(crate) fn work(rounds: u64) -> f64 {
    let mut value = 1.5;
    for _ in 0..rounds {
        value = 1.0 + 1.0 / black_box(value);
    }
    value
}
