//! The random inputs: SplitMix64 streams, turned into doubles as the reference program does.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;

/// The next double of a stream, uniform in [0, 1): the upper 53 bits over 2^53.
///
/// ```
/// use rand_core::SeedableRng;
/// use rand_xoshiro::SplitMix64;
///
/// let mut stream = SplitMix64::seed_from_u64(1);
/// assert_eq!(validation::random::next(&mut stream), 0.5665615751722809);
/// ```
#[inline]
pub fn next(stream: &mut SplitMix64) -> f64 {
    (stream.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// The first `length` doubles of the stream that `seed` starts, uniform in [0, 1).
pub fn uniform(seed: u64, length: usize) -> Vec<f64> {
    let mut stream = SplitMix64::seed_from_u64(seed);
    (0..length).map(|_| next(&mut stream)).collect()
}

/// The wrapping sum of the bit patterns: exact, and independent of the order.
pub fn bit_sum(values: &[f64]) -> u64 {
    values.iter().fold(0, |sum, value| sum.wrapping_add(value.to_bits()))
}
