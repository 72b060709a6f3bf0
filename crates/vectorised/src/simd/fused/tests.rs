//! The fused operations where they could be wrong: next to midpoints, at the ends of a seed's error, and with errors planted.

use pulp::Scalar;
use validation::random::uniform;

use super::{Fused, quotient, root_and_inverse};

impl Fused for Scalar {
    fn minus_product(self, c: f64, a: f64, b: f64) -> f64 {
        (-a).mul_add(b, c)
    }
}

/// The relative errors that are documented of a seed, with the coupled steps for it: of AVX-512, and of AVX2 with the rounding of
/// the square to single precision.
const SEEDS: [(f64, usize); 2] = [(1.0 / 16384.0, 1), (1.5 / 4096.0 + 1.0 / 33_554_432.0, 2)];

/// The smallest whole number of 53 bits, and the one after the largest.
const FIRST: u128 = 1 << 52;
const END: u128 = 1 << 53;

/// A double in [1, 2) by its significand as a whole number.
fn significand(number: u128) -> f64 {
    assert!((FIRST..END).contains(&number));
    number as f64 / FIRST as f64
}

/// x with so many bits at most that x * odd = 1 modulo 2^128.
fn inverse(odd: u128) -> u128 {
    // Right in the three lowest bits; each round doubles their number.
    (0..6).fold(odd, |x, _| x.wrapping_mul(2_u128.wrapping_sub(odd.wrapping_mul(x))))
}

/// Every x with a significand of 53 bits whose quotient by an odd n lies within so many times ulp / (2 n) of a midpoint of two neighbours:
/// with the midpoint m, x * 2^54 - n * m is a small odd number, or x * 2^53 - n * m where x is not below n.
fn next_to_midpoints(n: u128, nearest: i128) -> Vec<f64> {
    let mut found = Vec::new();
    for bits in [53_u32, 54] {
        for offset in (-nearest..=nearest).filter(|offset| offset % 2 != 0) {
            let lowest = inverse(n).wrapping_mul((-offset) as u128) & ((1 << bits) - 1);
            let midpoint = if bits == 53 { lowest | 1 << 53 } else { lowest };
            let x = ((n * midpoint) as i128 + offset) as u128 >> bits;
            if midpoint >= END && (FIRST..END).contains(&x) {
                assert_eq!((x << bits) as i128 - (n * midpoint) as i128, offset);
                found.push(significand(x));
            }
        }
    }
    found
}

/// Odd divisors: the first and the last ones, and many between.
fn divisors() -> Vec<u128> {
    let random = uniform(11, 20_000).into_iter().map(|random| (FIRST + (random * FIRST as f64) as u128) | 1);
    let ends = (1..64).step_by(2).flat_map(|number| [FIRST + number, END - number]);
    ends.chain(random).collect()
}

/// Roots of numbers next to M * M + M, where the root lies next to the midpoint M + 1/2 of two neighbours: for each even offset k so
/// near to zero all s = M * M + M + k that are doubles. (2 M + 1)^2 = 1 - 4 k modulo a power of two, and of such a square the roots are
/// known bit by bit.
fn next_to_squares(nearest: i128) -> Vec<f64> {
    let mut found = Vec::new();
    for bits in [54_u32, 55] {
        for offset in (-nearest..=nearest).filter(|offset| offset % 2 == 0) {
            let square = (1 - 4 * offset) as u128;
            let mut root = 1_u128;
            for bit in 3..bits {
                if (root * root).wrapping_sub(square) >> bit & 1 == 1 {
                    root += 1 << (bit - 1);
                }
            }
            let modulus = 1_u128 << bits;
            for root in [root, root + modulus / 2, 2 * modulus - root, 2 * modulus - root - modulus / 2] {
                let root = root % modulus;
                let number = (root * root).wrapping_sub(square) / 4;
                let is_double = number.trailing_zeros() + 53 >= 128 - number.leading_zeros();
                if (END..2 * END).contains(&root) && is_double && number < 1 << 106 {
                    found.push(number as f64 / (FIRST * FIRST) as f64);
                }
            }
        }
    }
    found
}

/// What a seed may be that is wrong by so much at most: both ends, between them, and very near.
fn seeds(square: f64, error: f64) -> impl Iterator<Item = f64> {
    let shares = [0.999_999_999, 0.7, 0.3, 0.01, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 0.0];
    let inverse = 1.0 / square.sqrt();
    shares.into_iter().flat_map(move |share| [share, -share]).map(move |share| inverse * (1.0 + share * error))
}

/// The quotients that differ from the divider's, of these, with some reciprocal in place of 1 / n.
fn wrong_quotients(pairs: &[(f64, f64)], reciprocal: impl Fn(f64) -> f64) -> usize {
    let wrong = |&&(x, n): &&(f64, f64)| quotient(Scalar, x, n, reciprocal(n)).to_bits() != (x / n).to_bits();
    pairs.iter().filter(wrong).count()
}

/// Quotients next to midpoints.
fn hard_pairs() -> Vec<(f64, f64)> {
    let of = |n| next_to_midpoints(n, 9).into_iter().map(move |x| (x, significand(n)));
    divisors().into_iter().flat_map(of).collect()
}

#[test]
fn quotients_next_to_a_midpoint_are_rounded_as_the_divider_rounds_them() {
    let pairs = hard_pairs();
    assert!(pairs.len() > 100_000, "{}", pairs.len());
    assert_eq!(wrong_quotients(&pairs, |n| 1.0 / n), 0);
    // Powers of two and signs change nothing.
    let scaled = |&(x, n): &(f64, f64)| [(-x * 2.0_f64.powi(-300), n), (x, n * 2.0_f64.powi(-40))];
    assert_eq!(wrong_quotients(&pairs.iter().flat_map(scaled).collect::<Vec<_>>(), |n| 1.0 / n), 0);
}

/// Here the argument has no room for a reciprocal that is not correctly rounded.
#[test]
fn the_reciprocals_of_the_last_numbers_below_two_are_correctly_rounded() {
    for number in END - 64..END {
        let n = significand(number);
        let squares = [n * n, (n * n).next_up(), (n * n).next_down()];
        for square in squares.into_iter().filter(|square| square.sqrt() == n) {
            for (error, steps) in SEEDS {
                let random = uniform(17, 100).into_iter().map(|random| (1.0 + error * (2.0 * random - 1.0)) / n);
                let near = (0..200).map(|step| f64::from_bits((1.0 / n).to_bits() - 100 + step));
                for seed in seeds(square, error).chain(random).chain(near) {
                    let (root, inverse) = root_and_inverse(Scalar, square, seed, steps);
                    assert_eq!((root, inverse), (n, 1.0 / n), "the root of {square:?} from {seed:?}");
                }
            }
        }
        let mut xs = vec![1.0, n, 1.5];
        xs.extend((1..100).flat_map(|step| [significand(END - step), significand(FIRST + step)]));
        if number % 2 == 1 {
            xs.extend(next_to_midpoints(number, 99));
        }
        let pairs: Vec<_> = xs.into_iter().map(|x| (x, n)).collect();
        assert_eq!(wrong_quotients(&pairs, |n| 1.0 / n), 0, "by {n:?}");
    }
    // The other neighbour of the reciprocal of the last number is found.
    assert_eq!(wrong_quotients(&[(1.0, 2.0_f64.next_down())], |_| 0.5), 1);
}

#[test]
fn a_reciprocal_that_is_off_by_an_ulp_is_found_by_built_cases_and_not_by_random_ones() {
    let built = hard_pairs();
    let random: Vec<_> =
        uniform(12, 200_000).chunks_exact(2).map(|random| (random[0] + 0.1, random[1] + 0.1)).collect();
    for planted in [f64::next_up, f64::next_down] {
        assert!(wrong_quotients(&built, |n| planted(1.0 / n)) > 1000);
        assert_eq!(wrong_quotients(&random, |n| planted(1.0 / n)), 0);
    }
}

#[test]
fn a_quotient_whose_rest_is_below_the_smallest_number_can_be_wrong_and_the_sign_of_a_zero_is_lost() {
    let tiny: Vec<_> = hard_pairs().into_iter().map(|(x, n)| (x * 2.0_f64.powi(-1000), n)).collect();
    assert!(wrong_quotients(&tiny, |n| 1.0 / n) > 0);
    let smallest: Vec<_> = hard_pairs().into_iter().map(|(x, n)| (x * 2.0_f64.powi(-968), n)).collect();
    assert_eq!(wrong_quotients(&smallest, |n| 1.0 / n), 0);
    assert_eq!(quotient(Scalar, -0.0, 3.0, 1.0 / 3.0).to_bits(), 0.0_f64.to_bits());
}

/// Roots that differ from the divider's, and reciprocals of these that are wrong by more than half an ulp and 2^-48.
fn wrong_roots(squares: &[f64], error: f64, steps: usize) -> (usize, usize) {
    let (mut roots, mut inverses) = (0, 0);
    for &square in squares {
        for seed in seeds(square, error) {
            let (root, inverse) = root_and_inverse(Scalar, square, seed, steps);
            roots += usize::from(root.to_bits() != square.sqrt().to_bits());
            inverses += usize::from(!near_enough(root, inverse));
        }
    }
    (roots, inverses)
}

/// Whether an inverse of 1 <= n < 2 is as near as [`quotient`] needs it.
fn near_enough(n: f64, inverse: f64) -> bool {
    let (n, inverse) = ((n * FIRST as f64) as i128, (inverse * END as f64) as i128);
    let error = (n * inverse - (1 << 105)).abs();
    2 * error <= n + (n >> 47)
}

#[test]
fn roots_next_to_a_midpoint_are_rounded_as_the_divider_rounds_them() {
    let squares = next_to_squares(400);
    assert!(squares.len() > 500, "{}", squares.len());
    assert!(squares.contains(&(1.0 + f64::EPSILON)) && squares.contains(&(4.0 - 2.0 * f64::EPSILON)));
    for (error, steps) in SEEDS {
        assert_eq!(wrong_roots(&squares, error, steps), (0, 0), "with a seed wrong by {error}");
    }
}

#[test]
fn random_roots_are_right_and_so_are_their_reciprocals() {
    let squares: Vec<_> = uniform(13, 20_000).into_iter().map(|random| 1.0 + 3.0 * random).collect();
    for (error, steps) in SEEDS {
        assert_eq!(wrong_roots(&squares, error, steps), (0, 0), "with a seed wrong by {error}");
        for &square in &squares {
            let (root, inverse) = root_and_inverse(Scalar, square, (1.0 + error) / square.sqrt(), steps);
            assert_eq!(inverse.to_bits(), (1.0 / root).to_bits(), "1 / {root:?}");
        }
    }
}

#[test]
fn a_coupled_step_that_is_missing_is_found() {
    let squares = next_to_squares(400);
    for (error, steps) in SEEDS {
        assert!(wrong_roots(&squares, error, steps - 1).0 > 0, "with a seed wrong by {error}");
    }
}

/// The two squares that no argument with bounds covers: every seed of single precision, and a million others.
#[test]
fn the_two_hardest_roots_are_right_with_every_seed() {
    for square in [1.0 + f64::EPSILON, 4.0 - 2.0 * f64::EPSILON] {
        let [(fine, fine_steps), (coarse, coarse_steps)] = SEEDS;
        let inverse = 1.0 / square.sqrt();
        let right = |seed: f64, steps: usize| root_and_inverse(Scalar, square, seed, steps).0 == square.sqrt();
        let ends = [1.0 - coarse, 1.0 + coarse].map(|end| ((inverse * end) as f32).to_bits());
        for seed in (ends[0]..=ends[1]).map(f32::from_bits) {
            assert!(right(f64::from(seed), coarse_steps), "of {square:?} from {seed:?}");
        }
        for random in uniform(14, 500_000) {
            let seed = inverse * (1.0 + fine * (2.0 * random - 1.0));
            assert!(right(seed, fine_steps), "of {square:?} from {seed:?}");
        }
        for near in (0..500_000).map(|step| f64::from_bits(inverse.to_bits() - 250_000 + step)) {
            assert!(right(near, fine_steps), "of {square:?} from {near:?}");
        }
    }
}

/// Divisors n with n * m = 2^106 - c for a midpoint m of two reciprocals and a small c: here a reciprocal may get the other neighbour. They
/// are the factors of these numbers.
const HARD_RECIPROCALS: [u64; 6] = [
    9_007_199_254_740_991,
    9_007_199_120_523_265,
    4_853_175_449_558_581,
    6_223_412_073_831_755,
    8_712_776_903_364_457,
    9_007_199_254_740_989,
];

#[test]
fn quotients_are_right_where_the_reciprocal_is_next_to_a_midpoint() {
    for number in HARD_RECIPROCALS.map(u128::from) {
        let n = significand(number);
        for (error, steps) in SEEDS {
            for seed in seeds(n * n, error) {
                let (root, inverse) = root_and_inverse(Scalar, n * n, seed, steps);
                assert_eq!(root.to_bits(), n.to_bits());
                assert!(near_enough(n, inverse), "1 / {n:?}: {inverse:?}");
                let pairs: Vec<_> = next_to_midpoints(number, 99).into_iter().map(|x| (x, n)).collect();
                assert_eq!(wrong_quotients(&pairs, |_| inverse), 0, "by {n:?} with {inverse:?}");
            }
        }
    }
}

/// The vectors of an instruction set beside one number, with the seeds that the processor has.
#[cfg(target_arch = "x86_64")]
fn same_as_the_divider<S: super::Seed>(simd: S, error: f64) {
    let one_lane = |vector: S::f64s| pulp::bytemuck::cast_slice::<_, f64>(&[vector])[0];
    let mut squares = next_to_squares(400);
    squares.extend(uniform(15, 100_000).into_iter().map(|random| 1.0 + 3.0 * random));
    squares.extend(uniform(16, 1000).into_iter().map(|random| 10.0_f64.powf(60.0 * random - 30.0)));
    for square in squares {
        let vector = simd.splat_f64s(square);
        let seed = one_lane(simd.seed(vector));
        assert!((seed * square.sqrt() - 1.0).abs() < error, "the seed of {square:?}: {seed:?}");
        let (root, inverse) = root_and_inverse(simd, vector, simd.splat_f64s(seed), S::STEPS);
        assert_eq!(one_lane(root).to_bits(), square.sqrt().to_bits(), "the root of {square:?}");
        let scalar = root_and_inverse(Scalar, square, seed, S::STEPS);
        assert_eq!((one_lane(root), one_lane(inverse)), scalar, "of {square:?}");
    }
    for (x, n) in hard_pairs() {
        let [x_vector, n_vector, inverse] = [x, n, 1.0 / n].map(|number| simd.splat_f64s(number));
        let found = one_lane(quotient(simd, x_vector, n_vector, inverse));
        assert_eq!(found.to_bits(), (x / n).to_bits(), "{x:?} / {n:?}");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn vectors_compute_what_one_number_does() {
    let [(fine, _), (coarse, _)] = SEEDS;
    pulp::x86::V4::try_new().into_iter().for_each(|simd| same_as_the_divider(simd, fine));
    pulp::x86::V3::try_new().into_iter().for_each(|simd| same_as_the_divider(simd, coarse));
}
