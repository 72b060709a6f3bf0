//! The distance ladder of the vector instructions: from each point to each other.
#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "stores past the caches are there by name only"))]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use validation::distance::{Input, Output};
use validation::{Distance, Ready, Settings, Step, step};
use wide::f64x8;

#[cfg(target_arch = "x86_64")]
use super::cpu::alone;
use super::cpu::needs;

// ANCHOR: packed
/// A row of the matrix, eight distances at a time; what is left at its end one by one.
///
/// Mirrors the book's broadcasting, without its temporaries. Look for `vsqrtpd`, and how little else there is.
pub fn packed(input: &Input, output: &mut Output) {
    let points = input.points();
    for ((row, &x), &y) in output.chunks_exact_mut(points).zip(&input.x).zip(&input.y) {
        let (other_x, x_tail) = input.x.as_chunks::<8>();
        let (other_y, y_tail) = input.y.as_chunks::<8>();
        let (row, row_tail) = row.as_chunks_mut::<8>();
        for ((distances, other_x), other_y) in row.iter_mut().zip(other_x).zip(other_y) {
            let dx = f64x8::from(*other_x) - f64x8::splat(x);
            let dy = f64x8::from(*other_y) - f64x8::splat(y);
            *distances = (dx * dx + dy * dy).sqrt().to_array();
        }
        for ((distance, other_x), other_y) in row_tail.iter_mut().zip(x_tail).zip(y_tail) {
            let (dx, dy) = (other_x - x, other_y - y);
            *distance = (dx * dx + dy * dy).sqrt();
        }
    }
}
// ANCHOR_END: packed

// ANCHOR: streamed
/// The distances of some points to others, a row for each. It is compiled once, for this step and for threads.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline(never)]
pub(super) fn streamed_rows(x: &[f64], y: &[f64], other_x: &[f64], other_y: &[f64], output: &mut [f64]) {
    let points = other_x.len();
    for ((row, &x), &y) in output.chunks_exact_mut(points).zip(x).zip(y) {
        let head = row.as_ptr().align_offset(64).min(points);
        let (x_head, other_x) = other_x.split_at(head);
        let (y_head, other_y) = other_y.split_at(head);
        let (row_head, row) = row.split_at_mut(head);
        let (other_x, x_tail) = other_x.as_chunks::<8>();
        let (other_y, y_tail) = other_y.as_chunks::<8>();
        let (row, row_tail) = row.as_chunks_mut::<8>();
        for ((distances, other_x), other_y) in row.iter_mut().zip(other_x).zip(other_y) {
            // SAFETY: each pointer is to eight doubles; the first distance is at a multiple of 64, and the others follow it.
            unsafe {
                let dx = _mm512_sub_pd(_mm512_loadu_pd(other_x.as_ptr()), _mm512_set1_pd(x));
                let dy = _mm512_sub_pd(_mm512_loadu_pd(other_y.as_ptr()), _mm512_set1_pd(y));
                let squares = _mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy));
                _mm512_stream_pd(distances.as_mut_ptr(), _mm512_sqrt_pd(squares));
            }
        }
        let (other_x, other_y) = (x_head.iter().chain(x_tail), y_head.iter().chain(y_tail));
        for ((distance, other_x), other_y) in row_head.iter_mut().chain(row_tail).zip(other_x).zip(other_y) {
            let (dx, dy) = (other_x - x, other_y - y);
            *distance = (dx * dx + dy * dy).sqrt();
        }
    }
    // Nobody may read the output before these stores have arrived, above all no other thread.
    _mm_sfence();
}

/// The distances go straight to memory; a row begins where it begins, and its first whole cache line is looked for.
///
/// Mirrors nothing in the book. Look which of the two is the time: the square roots or the stores.
pub fn streamed(_: &Input, _: &Settings) -> Ready<Distance> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return alone(|input: &Input, output: &mut Output| unsafe {
            streamed_rows(&input.x, &input.y, &input.x, &input.y, output)
        });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}
// ANCHOR_END: streamed

/// The steps, in order.
pub const STEPS: &[Step<Distance>] = &[
    step!(packed, "the book's broadcasting, fused", "eight distances in a vector"),
    step!(prepared streamed, "AVX-512 intrinsics", "stores that go past the caches"),
];
