//! The numbers that outputs are made of: how they are compared, poisoned, and summed up in one number.

use std::fmt::Display;

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use rayon::prelude::*;

use crate::parallel;

/// Elements in a piece of a digest.
const PIECE: usize = 1 << 16;

/// Pieces from which on they are shared out among all threads: below that, waking the threads takes as long as reading does.
const MANY: usize = 8;

/// Chains of a digest beside each other, so that no multiplication waits for the one before it.
const LANES: usize = 8;

/// The most places of an array that are poisoned before a run: so many cache lines are nothing beside the caches.
const PLACES: usize = 256;

/// A number that outputs are made of.
pub(crate) trait Element: Copy + Display + Sync {
    /// What [`Problem::poison`](crate::Problem::poison) writes.
    const POISON: Self;
    fn bits(self) -> u64;
    fn distance(self, other: Self) -> f64;
    fn magnitude(self) -> f64;

    /// Whether two elements are the same, bit for bit.
    fn same(self, other: Self) -> bool {
        self.bits() == other.bits()
    }
}

impl Element for u32 {
    const POISON: Self = Self::MAX;

    fn bits(self) -> u64 {
        u64::from(self)
    }

    fn distance(self, other: Self) -> f64 {
        f64::from(self.abs_diff(other))
    }

    fn magnitude(self) -> f64 {
        f64::from(self)
    }
}

impl Element for u64 {
    const POISON: Self = Self::MAX;

    fn bits(self) -> u64 {
        self
    }

    fn distance(self, other: Self) -> f64 {
        self.abs_diff(other) as f64
    }

    fn magnitude(self) -> f64 {
        self as f64
    }
}

impl Element for f64 {
    /// A NaN that no arithmetic makes, so that what was never written can be told from what was computed.
    const POISON: Self = Self::from_bits(0x7ff8_dead_dead_dead);

    fn bits(self) -> u64 {
        self.to_bits()
    }

    fn distance(self, other: Self) -> f64 {
        (self - other).abs()
    }

    fn magnitude(self) -> f64 {
        self.abs()
    }
}

/// Poisons one element, which `seed` chooses, in each of at most 256 equal parts of an array: every element, if there are no
/// more, and something in every stretch that is longer than two parts.
pub(crate) fn poison_places<T: Element>(values: &mut [T], seed: u64) {
    let mut stream = SplitMix64::seed_from_u64(seed);
    for part in values.chunks_mut(values.len().div_ceil(PLACES).max(1)) {
        let place = stream.next_u64() % part.len() as u64;
        part[place as usize] = T::POISON;
    }
}

/// One number for all bits of an array, in their order. A change of one element always changes it; elements that change places,
/// or several changes, go unnoticed by a chance of one in 2^64, for arrays that were not made to deceive.
///
/// Each element is stirred into one of a few chains, as the hash tables of Firefox and of the Rust compiler do it: for a fixed
/// element that is a one-to-one map of what came before, and the other way round, so that nothing gets lost on the way.
pub(crate) fn digest<T: Element>(values: &[T]) -> u64 {
    let pieces: Vec<u64> = if values.len() < MANY * PIECE {
        values.chunks(PIECE).map(digest_of_piece).collect()
    } else {
        parallel::prepare();
        values.par_chunks(PIECE).map(digest_of_piece).collect()
    };
    pieces.into_iter().fold(values.len() as u64, stir)
}

fn digest_of_piece<T: Element>(values: &[T]) -> u64 {
    let mut lanes = [0; LANES];
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for (lane, value) in lanes.iter_mut().zip(row) {
            *lane = stir(*lane, value.bits());
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane = stir(*lane, value.bits());
    }
    lanes.into_iter().fold(0, stir)
}

/// Stirs 64 bits into a digest. The rotation brings the upper bits, which a multiplication cannot spread, to where it can.
pub(crate) fn stir(digest: u64, bits: u64) -> u64 {
    (digest.rotate_left(5) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths around a row of lanes, a piece, and where threads begin to share.
    const LENGTHS: [usize; 9] = [1, 7, 8, 9, PIECE - 1, PIECE, PIECE + 1, MANY * PIECE - 1, MANY * PIECE + 9];

    fn numbers(length: usize) -> Vec<f64> {
        crate::random::uniform(5, length)
    }

    #[test]
    fn a_digest_depends_on_every_element_and_on_their_order() {
        for length in LENGTHS {
            let mut values = numbers(length);
            let whole = digest(&values);
            assert_eq!(digest(&values), whole);
            for place in [0, length / 3, length / 2, length - 1] {
                values[place] = f64::from_bits(values[place].to_bits() ^ 1);
                assert_ne!(digest(&values), whole, "the last bit of element {place} of {length}");
                values[place] = f64::from_bits(values[place].to_bits() ^ 1);
            }
            for (one, other) in [(0, 1), (0, LANES), (0, length - 1), (length / 2, length - 1), (0, PIECE)] {
                if one == other || other >= length {
                    continue;
                }
                values.swap(one, other);
                assert_ne!(digest(&values), whole, "{one} and {other} of {length} have changed places");
                values.swap(one, other);
                // A sum and an exclusive or are blind to this.
                (values[one], values[other]) = (-values[one], -values[other]);
                assert_ne!(digest(&values), whole, "{one} and {other} of {length} have another sign");
                (values[one], values[other]) = (-values[one], -values[other]);
            }
            assert_ne!(digest(&values[..length - 1]), whole, "the length counts");
        }
        assert_ne!(digest(&[0.0; 3]), digest(&[0.0; 4]));
        assert_ne!(digest(&[0_u32, 0, 7]), digest(&[0_u32, 7, 0]));
    }

    #[test]
    fn a_digest_does_not_depend_on_who_reads_what() {
        let values = numbers(MANY * PIECE + 9);
        let in_order = values.chunks(PIECE).map(digest_of_piece).fold(values.len() as u64, stir);
        assert_eq!(digest(&values), in_order);
    }

    /// The places that a seed poisons.
    fn places(length: usize, seed: u64) -> Vec<usize> {
        let mut values = numbers(length);
        poison_places(&mut values, seed);
        (0..length).filter(|&place| values[place].same(f64::POISON)).collect()
    }

    #[test]
    fn every_seed_poisons_other_places_all_over_the_array() {
        for length in [257, 1000, 250_000] {
            let (first, second) = (places(length, 1), places(length, 2));
            assert_eq!(first, places(length, 1));
            assert_ne!(first, second);
            let part = length.div_ceil(PLACES);
            for places in [first, second] {
                assert!(places.len() > PLACES / 3 && places.len() <= PLACES, "{} of {length}", places.len());
                let parts: Vec<_> = places.iter().map(|place| place / part).collect();
                assert_eq!(parts, (0..length.div_ceil(part)).collect::<Vec<_>>(), "one in each part");
            }
        }
    }

    #[test]
    fn a_short_array_is_poisoned_whole() {
        for length in [0, 1, 3, PLACES] {
            assert_eq!(places(length, 7), (0..length).collect::<Vec<_>>());
        }
        let mut counts = [5_u32; 3];
        poison_places(&mut counts, 1);
        assert_eq!(counts, [u32::MAX; 3]);
    }
}
