//! The pi ladder of the vector instructions: darts at a square, in chunks that each have a random stream of their own.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")
)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use validation::pi::{Input, Output};
use validation::{Expected, Pi, Ready, Settings, Step, step};

#[cfg(target_arch = "x86_64")]
use super::cpu::alone;
use super::cpu::needs;

/// What the state of a SplitMix64 stream grows by with each draw: the fraction of the golden ratio, times 2^64.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Draw number `draw` of the stream that `seed` starts, from -1 to 1: the upper 53 bits over 2^52, less 1.
fn draw(seed: u64, draw: u64) -> f64 {
    let mut z = seed.wrapping_add(draw.wrapping_mul(GAMMA));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 * (1.0 / 4_503_599_627_370_496.0) - 1.0
}

// ANCHOR: lanes
/// Eight samples side by side, each from its own place in the stream: the state after n draws is the seed and n times a constant.
///
/// Mirrors the loop of the book's `sample`, unrolled into lanes. Look for `vpmullq`, the product of 64-bit integers, which
/// AVX2 does not have.
pub fn lanes(input: &Input, hits: &mut Output) {
    for (seed, hits) in (0..).zip(hits) {
        let mut sums = [0; 8];
        let whole = input.samples as u64 / 8 * 8;
        for sample in (0..whole).step_by(8) {
            for lane in 0..8 {
                let x = draw(seed, 2 * (sample + lane) + 1);
                let y = draw(seed, 2 * (sample + lane) + 2);
                sums[lane as usize] += u64::from(x * x + y * y <= 1.0);
            }
        }
        for sample in whole..input.samples as u64 {
            let (x, y) = (draw(seed, 2 * sample + 1), draw(seed, 2 * sample + 2));
            sums[0] += u64::from(x * x + y * y <= 1.0);
        }
        *hits = sums.iter().sum();
    }
}
// ANCHOR_END: lanes

// ANCHOR: named
/// The hits of a chunk. It is compiled once, for this step and for threads.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
#[inline(never)]
pub(super) fn named_chunk(seed: u64, samples: usize) -> u64 {
    /// Draws from eight states, as doubles from -2^63 to 2^63 with 53 bits each.
    #[target_feature(enable = "avx512f,avx512dq")]
    fn draws(state: __m512i) -> __m512d {
        let first = _mm512_set1_epi64(0xbf58_476d_1ce4_e5b9_u64 as i64);
        let second = _mm512_set1_epi64(0x94d0_49bb_1331_11eb_u64 as i64);
        let z = _mm512_mullo_epi64(_mm512_xor_si512(state, _mm512_srli_epi64::<30>(state)), first);
        // The highest bit turned makes a signed number of an unsigned one less 2^63; turned before an odd factor, it is so behind it.
        let turned = _mm512_set1_epi64(i64::MIN);
        let z = _mm512_ternarylogic_epi64::<0b1001_0110>(z, _mm512_srli_epi64::<27>(z), turned);
        let z = _mm512_mullo_epi64(z, second);
        // (z ^ z >> 31) & upper: the lower 11 bits are those that a double has no room for.
        let upper = _mm512_set1_epi64(!0x7ff);
        _mm512_cvtepi64_pd(_mm512_ternarylogic_epi64::<0b0010_1000>(z, _mm512_srli_epi64::<31>(z), upper))
    }
    let radius_squared = _mm512_set1_pd(2_f64.powi(126));
    let next = _mm512_set1_epi64(GAMMA.wrapping_mul(16) as i64);
    let odd = _mm512_mullo_epi64(_mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1), _mm512_set1_epi64(GAMMA as i64));
    let mut x_state = _mm512_add_epi64(_mm512_set1_epi64(seed as i64), odd);
    let mut y_state = _mm512_add_epi64(x_state, _mm512_set1_epi64(GAMMA as i64));
    let mut sums = _mm512_setzero_si512();
    for _ in 0..samples / 8 {
        let (x, y) = (draws(x_state), draws(y_state));
        let norm = _mm512_add_pd(_mm512_mul_pd(x, x), _mm512_mul_pd(y, y));
        let hit = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(norm, radius_squared);
        sums = _mm512_mask_add_epi64(sums, hit, sums, _mm512_set1_epi64(1));
        x_state = _mm512_add_epi64(x_state, next);
        y_state = _mm512_add_epi64(y_state, next);
    }
    let mut hits = _mm512_reduce_add_epi64(sums) as u64;
    for sample in samples as u64 / 8 * 8..samples as u64 {
        let (x, y) = (draw(seed, 2 * sample + 1), draw(seed, 2 * sample + 2));
        hits += u64::from(x * x + y * y <= 1.0);
    }
    hits
}

/// The same with every instruction chosen: three operands in one logical operation, and no scaling that the comparison can do.
///
/// Mirrors `lanes`. Look for `vpternlogq`: one instruction for two exclusive ors, or for one and a mask. The darts are thrown
/// at a square from -2^63 to 2^63; numbers times a power of two are rounded as the numbers are, so that every hit stays one.
pub fn named(_: &Input, _: &Settings) -> Ready<Pi> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512dq") {
        return alone(|input: &Input, hits: &mut Output| {
            for (seed, hits) in (0..).zip(hits) {
                // SAFETY: the CPU has the instructions.
                *hits = unsafe { named_chunk(seed, input.samples) };
            }
        });
    }
    Err(needs("AVX-512DQ", "an x86-64 CPU that has them"))
}
// ANCHOR_END: named

/// The steps, in order.
pub const STEPS: &[Step<Pi>] = &[
    step!(lanes, "the book's sample()", "eight places of a stream side by side"),
    step!(prepared named, "AVX-512 intrinsics", "three operands in a logical operation").lesson(Expected::Faster),
];
