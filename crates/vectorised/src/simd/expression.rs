//! The expression ladder of the vector instructions: (a + b) * 2 + a * b over two matrices.
#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "stores past the caches are there by name only"))]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use validation::expression::{Input, Output};
use validation::{Expected, Expression, Ready, Settings, Step, step};
use wide::f64x8;

use super::cpu::needs;
#[cfg(target_arch = "x86_64")]
use super::cpu::{alone, on_this_cpu};

// ANCHOR: packed
/// Eight elements at a time, written as one writes numbers; what is left at the end one by one.
///
/// Mirrors the talk's loop over buffers. Look what this gains over a plain loop: the compiler had packed that one too.
pub fn packed(input: &Input, output: &mut Output) {
    let (a, a_tail) = input.a.as_chunks::<8>();
    let (b, b_tail) = input.b.as_chunks::<8>();
    let (output, output_tail) = output.as_chunks_mut::<8>();
    for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
        let (a, b) = (f64x8::from(*a), f64x8::from(*b));
        *output = ((a + b) * f64x8::splat(2.0) + a * b).to_array();
    }
    for ((output, a), b) in output_tail.iter_mut().zip(a_tail).zip(b_tail) {
        *output = (a + b) * 2.0 + a * b;
    }
}
// ANCHOR_END: packed

// ANCHOR: aligned
/// The output from the first element that begins a cache line, so that no store is cut in two.
///
/// Mirrors `packed`, by name. Look at the address of a large matrix: it ends in 0x10, behind what the allocator keeps in front.
pub fn aligned(_: &Input, _: &Settings) -> Ready<Expression> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn run(input: &Input, output: &mut Output) {
        let head = output.as_ptr().align_offset(64).min(output.len());
        let (output_head, output) = output.split_at_mut(head);
        let (a_head, a) = input.a.split_at(head);
        let (b_head, b) = input.b.split_at(head);
        let (a, a_tail) = a.as_chunks::<8>();
        let (b, b_tail) = b.as_chunks::<8>();
        let (output, output_tail) = output.as_chunks_mut::<8>();
        let two = _mm512_set1_pd(2.0);
        for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
            // SAFETY: each pointer is to eight doubles; the first output is at a multiple of 64, and the others follow it.
            unsafe {
                let (a, b) = (_mm512_loadu_pd(a.as_ptr()), _mm512_loadu_pd(b.as_ptr()));
                let value = _mm512_add_pd(_mm512_mul_pd(_mm512_add_pd(a, b), two), _mm512_mul_pd(a, b));
                _mm512_store_pd(output.as_mut_ptr(), value);
            }
        }
        let (a, b) = (a_head.iter().chain(a_tail), b_head.iter().chain(b_tail));
        for ((output, a), b) in output_head.iter_mut().chain(output_tail).zip(a).zip(b) {
            *output = (a + b) * 2.0 + a * b;
        }
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return unsafe { on_this_cpu(run) };
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}
// ANCHOR_END: aligned

// ANCHOR: streamed
/// (a + b) * 2 + a * b of some elements. It is compiled once, for this step and for threads.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline(never)]
pub(super) fn streamed_elements(a: &[f64], b: &[f64], output: &mut [f64]) {
    let head = output.as_ptr().align_offset(64).min(output.len());
    let (output_head, output) = output.split_at_mut(head);
    let (a_head, a) = a.split_at(head);
    let (b_head, b) = b.split_at(head);
    let (a, a_tail) = a.as_chunks::<8>();
    let (b, b_tail) = b.as_chunks::<8>();
    let (output, output_tail) = output.as_chunks_mut::<8>();
    let two = _mm512_set1_pd(2.0);
    for ((output, a), b) in output.iter_mut().zip(a).zip(b) {
        // SAFETY: each pointer is to eight doubles; the first output is at a multiple of 64, and the others follow it.
        unsafe {
            let (a, b) = (_mm512_loadu_pd(a.as_ptr()), _mm512_loadu_pd(b.as_ptr()));
            let value = _mm512_add_pd(_mm512_mul_pd(_mm512_add_pd(a, b), two), _mm512_mul_pd(a, b));
            _mm512_stream_pd(output.as_mut_ptr(), value);
        }
    }
    // Nobody may read the output before these stores have arrived, above all no other thread.
    _mm_sfence();
    let (a, b) = (a_head.iter().chain(a_tail), b_head.iter().chain(b_tail));
    for ((output, a), b) in output_head.iter_mut().chain(output_tail).zip(a).zip(b) {
        *output = (a + b) * 2.0 + a * b;
    }
}

/// Whole cache lines go straight to memory, and what was there is not read first.
///
/// Mirrors `numexpr`'s `out=`, without its detour. Look for `vmovntpd` and, behind the loop, `sfence`.
pub fn streamed(_: &Input, _: &Settings) -> Ready<Expression> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return alone(|input: &Input, output: &mut Output| unsafe { streamed_elements(&input.a, &input.b, output) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}
// ANCHOR_END: streamed

/// The steps, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(packed, "the talk's buffer loop", "eight elements in a vector"),
    step!(prepared aligned, "AVX-512 intrinsics", "no store across two cache lines"),
    step!(prepared streamed, "AVX-512 intrinsics", "stores that go past the caches").lesson(Expected::Faster),
];
