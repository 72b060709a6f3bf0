//! The Mandelbrot ladder of the vector instructions.
#![expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")]
#![expect(
    unused_variables,
    reason = "a step of another family of CPUs is not compiled, and has no use for its settings"
)]

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::*;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

#[cfg(target_arch = "x86_64")]
use num_complex::Complex;
use pulp::bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Arch, Simd, WithSimd};
use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Most, Precision, Reach, Ready, Settings, Step, step};
use wide::f64x8;

#[cfg(target_arch = "x86_64")]
use super::cpu::alone;
use super::cpu::needs;
#[cfg(target_arch = "x86_64")]
use super::orbits::{Orbits, TILE, lanes_below};
#[cfg(target_arch = "aarch64")]
use super::registers::neon;
#[cfg(target_arch = "x86_64")]
use super::registers::{avx2, avx512};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::vectors::on_this_cpu_with;
#[cfg(target_arch = "x86_64")]
use super::vectors::{FREE_RUNNING_VECTORS, MASKED_VECTORS, chosen};
use super::vectors::{each, on_any_cpu_with};

/// Where the lanes begin that have no point: their orbits leave in the first iteration.
const OUTSIDE: f64 = 4.0;

// ANCHOR: lanes
/// Eight points side by side, each in its own lane of a vector, until the last of them has escaped.
///
/// Mirrors `numpy_vector.py`, eight points at a time: a mask instead of the `break`.
/// Look at the count: what is added is 1.0 in the lanes that are still inside, and 0.0 in the others.
pub fn lanes(input: &Input, counts: &mut Output) {
    for (counts, q) in counts.chunks_mut(8).zip(input.q().chunks(8)) {
        let (mut qx, mut qy) = ([OUTSIDE; 8], [OUTSIDE; 8]);
        for (lane, q) in q.iter().enumerate() {
            (qx[lane], qy[lane]) = (q.re, q.im);
        }
        let (qx, qy) = (f64x8::from(qx), f64x8::from(qy));
        let (mut zx, mut zy) = (f64x8::ZERO, f64x8::ZERO);
        let (mut zx_squared, mut zy_squared) = (f64x8::ZERO, f64x8::ZERO);
        let mut count = f64x8::ZERO;
        let mut inside = f64x8::ZERO.simd_le(f64x8::ZERO);
        for _ in 0..input.max_iterations {
            zy = (zx * zy + zy * zx) + qy;
            zx = (zx_squared - zy_squared) + qx;
            zx_squared = zx * zx;
            zy_squared = zy * zy;
            inside &= (zx_squared + zy_squared).simd_le(f64x8::splat(4.0));
            count += inside & f64x8::ONE;
            if !inside.any() {
                break;
            }
        }
        for (count, lane) in counts.iter_mut().zip(count.to_array()) {
            *count = if lane as u32 == input.max_iterations { 0 } else { lane as u32 };
        }
    }
}
// ANCHOR_END: lanes

// ANCHOR: interleaved
/// Several vectors that do not wait for each other, one instruction of each in turn.
///
/// Mirrors nothing in the tutorials: what a processor does with the gaps between instructions that wait. The vectors setting says
/// how many. Look for the registers: each vector needs six of 32, and what does not fit goes to memory and back.
pub fn interleaved(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn run<const VECTORS: usize>(input: &Input, counts: &mut Output) {
        for (counts, q) in counts.chunks_mut(8 * VECTORS).zip(input.q().chunks(8 * VECTORS)) {
            let (mut qx, mut qy) = ([[OUTSIDE; 8]; VECTORS], [[OUTSIDE; 8]; VECTORS]);
            for (lane, q) in q.iter().enumerate() {
                (qx[lane / 8][lane % 8], qy[lane / 8][lane % 8]) = (q.re, q.im);
            }
            let (qx, qy) = (qx.map(f64x8::from), qy.map(f64x8::from));
            let (mut zx, mut zy) = ([f64x8::ZERO; VECTORS], [f64x8::ZERO; VECTORS]);
            let (mut zx_squared, mut zy_squared) = (zx, zy);
            let mut count = [f64x8::ZERO; VECTORS];
            let mut inside = [f64x8::ZERO.simd_le(f64x8::ZERO); VECTORS];
            for _ in 0..input.max_iterations {
                let mut any = f64x8::ZERO;
                for v in 0..VECTORS {
                    zy[v] = (zx[v] * zy[v] + zy[v] * zx[v]) + qy[v];
                    zx[v] = (zx_squared[v] - zy_squared[v]) + qx[v];
                    zx_squared[v] = zx[v] * zx[v];
                    zy_squared[v] = zy[v] * zy[v];
                    inside[v] &= (zx_squared[v] + zy_squared[v]).simd_le(f64x8::splat(4.0));
                    count[v] += inside[v] & f64x8::ONE;
                    any |= inside[v];
                }
                if !any.any() {
                    break;
                }
            }
            for (count, lane) in counts.iter_mut().zip(count.iter().flat_map(|count| count.to_array())) {
                *count = if lane as u32 == input.max_iterations { 0 } else { lane as u32 };
            }
        }
    }
    on_any_cpu_with(each!(run), settings, 5)
}
// ANCHOR_END: interleaved

// ANCHOR: fused
/// Products and sums fused: a multiplication whose result is not rounded before the addition.
///
/// Mirrors what NumPy's complex multiplication does on such CPUs, and C compilers unless told not to. Look at the validation sum:
/// one rounding less is another number, and on the edge of the set another count.
pub fn fused(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    fn run<const VECTORS: usize>(input: &Input, counts: &mut Output) {
        for (counts, q) in counts.chunks_mut(8 * VECTORS).zip(input.q().chunks(8 * VECTORS)) {
            let (mut qx, mut qy) = ([[OUTSIDE; 8]; VECTORS], [[OUTSIDE; 8]; VECTORS]);
            for (lane, q) in q.iter().enumerate() {
                (qx[lane / 8][lane % 8], qy[lane / 8][lane % 8]) = (q.re, q.im);
            }
            let (qx, qy) = (qx.map(f64x8::from), qy.map(f64x8::from));
            let (mut zx, mut zy) = ([f64x8::ZERO; VECTORS], [f64x8::ZERO; VECTORS]);
            let mut zy_squared = zy;
            let mut count = [f64x8::ZERO; VECTORS];
            let mut inside = [f64x8::ZERO.simd_le(f64x8::ZERO); VECTORS];
            for _ in 0..input.max_iterations {
                let mut any = f64x8::ZERO;
                for v in 0..VECTORS {
                    zy[v] = (zx[v] + zx[v]).mul_add(zy[v], qy[v]);
                    zx[v] = zx[v].mul_add(zx[v], qx[v] - zy_squared[v]);
                    zy_squared[v] = zy[v] * zy[v];
                    inside[v] &= zx[v].mul_add(zx[v], zy_squared[v]).simd_le(f64x8::splat(4.0));
                    count[v] += inside[v] & f64x8::ONE;
                    any |= inside[v];
                }
                if !any.any() {
                    break;
                }
            }
            for (count, lane) in counts.iter_mut().zip(count.iter().flat_map(|count| count.to_array())) {
                *count = if lane as u32 == input.max_iterations { 0 } else { lane as u32 };
            }
        }
    }
    on_any_cpu_with(each!(run), settings, 5)
}
// ANCHOR_END: fused

// ANCHOR: avx2
/// AVX2 by name: four doubles in a register of 256 bits, and a function that may be called only where the CPU has the instructions.
///
/// Mirrors the loop of `interleaved`. Look for the check before the call: it is made once, when the step is prepared, and not in the
/// loop.
pub fn avx2(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn run<const VECTORS: usize>(input: &Input, counts: &mut Output) {
        let (zero, four) = (_mm256_setzero_pd(), _mm256_set1_pd(4.0));
        for (counts, q) in counts.chunks_mut(4 * VECTORS).zip(input.q().chunks(4 * VECTORS)) {
            let (mut qx, mut qy) = ([[OUTSIDE; 4]; VECTORS], [[OUTSIDE; 4]; VECTORS]);
            for (lane, q) in q.iter().enumerate() {
                (qx[lane / 4][lane % 4], qy[lane / 4][lane % 4]) = (q.re, q.im);
            }
            let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
            let (mut zx_squared, mut zy_squared) = (zx, zy);
            let mut count = [_mm256_setzero_si256(); VECTORS];
            let mut inside = [_mm256_cmp_pd::<_CMP_EQ_OQ>(zero, zero); VECTORS];
            for _ in 0..input.max_iterations {
                let mut any = zero;
                for v in 0..VECTORS {
                    let product = _mm256_mul_pd(zx[v], zy[v]);
                    zy[v] = _mm256_add_pd(_mm256_add_pd(product, product), avx2::load(&qy[v]));
                    zx[v] = _mm256_add_pd(_mm256_sub_pd(zx_squared[v], zy_squared[v]), avx2::load(&qx[v]));
                    zx_squared[v] = _mm256_mul_pd(zx[v], zx[v]);
                    zy_squared[v] = _mm256_mul_pd(zy[v], zy[v]);
                    let norm = _mm256_add_pd(zx_squared[v], zy_squared[v]);
                    inside[v] = _mm256_and_pd(inside[v], _mm256_cmp_pd::<_CMP_LE_OQ>(norm, four));
                    count[v] = _mm256_sub_epi64(count[v], _mm256_castpd_si256(inside[v]));
                    any = _mm256_or_pd(any, inside[v]);
                }
                if _mm256_movemask_pd(any) == 0 {
                    break;
                }
            }
            for (count, lane) in counts.iter_mut().zip(count.into_iter().flat_map(|count| avx2::numbers(count))) {
                *count = if lane == input.max_iterations { 0 } else { lane };
            }
        }
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the CPU has the instructions.
        return unsafe { on_this_cpu_with(each!(run), settings, 5) };
    }
    Err(needs("AVX2", "an x86-64 CPU that has them"))
}
// ANCHOR_END: avx2

// ANCHOR: neon
/// NEON by name: two doubles in a register of 128 bits, on CPUs of another family.
///
/// Mirrors `avx2`, line by line. Look for the differences: the names.
pub fn neon(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    #[cfg(target_arch = "aarch64")]
    #[target_feature(enable = "neon")]
    fn run<const VECTORS: usize>(input: &Input, counts: &mut Output) {
        let (zero, four) = (vdupq_n_f64(0.0), vdupq_n_f64(4.0));
        for (counts, q) in counts.chunks_mut(2 * VECTORS).zip(input.q().chunks(2 * VECTORS)) {
            let (mut qx, mut qy) = ([[OUTSIDE; 2]; VECTORS], [[OUTSIDE; 2]; VECTORS]);
            for (lane, q) in q.iter().enumerate() {
                (qx[lane / 2][lane % 2], qy[lane / 2][lane % 2]) = (q.re, q.im);
            }
            let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
            let (mut zx_squared, mut zy_squared) = (zx, zy);
            let mut count = [vdupq_n_u64(0); VECTORS];
            let mut inside = [vdupq_n_u64(u64::MAX); VECTORS];
            for _ in 0..input.max_iterations {
                let mut any = vdupq_n_u64(0);
                for v in 0..VECTORS {
                    let product = vmulq_f64(zx[v], zy[v]);
                    zy[v] = vaddq_f64(vaddq_f64(product, product), neon::load(&qy[v]));
                    zx[v] = vaddq_f64(vsubq_f64(zx_squared[v], zy_squared[v]), neon::load(&qx[v]));
                    zx_squared[v] = vmulq_f64(zx[v], zx[v]);
                    zy_squared[v] = vmulq_f64(zy[v], zy[v]);
                    let norm = vaddq_f64(zx_squared[v], zy_squared[v]);
                    inside[v] = vandq_u64(inside[v], vcleq_f64(norm, four));
                    count[v] = vsubq_u64(count[v], inside[v]);
                    any = vorrq_u64(any, inside[v]);
                }
                if vmaxvq_u32(vreinterpretq_u32_u64(any)) == 0 {
                    break;
                }
            }
            for (count, lane) in counts.iter_mut().zip(count.into_iter().flat_map(|count| neon::numbers(count))) {
                *count = if lane == input.max_iterations { 0 } else { lane };
            }
        }
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("neon") {
        // SAFETY: the CPU has the instructions.
        return unsafe { on_this_cpu_with(each!(run), settings, 5) };
    }
    Err(needs("NEON", "an aarch64 CPU"))
}
// ANCHOR_END: neon

// ANCHOR: masked
/// The counts of some points.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
pub(super) fn masked_points<const VECTORS: usize>(q: &[Complex<f64>], max_iterations: u32, counts: &mut [u32]) {
    let (zero, one, four) = (_mm512_setzero_pd(), _mm512_set1_pd(1.0), _mm512_set1_pd(4.0));
    for (counts, q) in counts.chunks_mut(8 * VECTORS).zip(q.chunks(8 * VECTORS)) {
        let (mut qx, mut qy) = ([[OUTSIDE; 8]; VECTORS], [[OUTSIDE; 8]; VECTORS]);
        for (lane, q) in q.iter().enumerate() {
            (qx[lane / 8][lane % 8], qy[lane / 8][lane % 8]) = (q.re, q.im);
        }
        let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
        let (mut zx_squared, mut zy_squared) = (zx, zy);
        let mut count = [zero; VECTORS];
        let mut inside = [0xff; VECTORS];
        for _ in 0..max_iterations {
            let mut any = 0;
            for v in 0..VECTORS {
                let product = _mm512_mul_pd(zx[v], zy[v]);
                zy[v] = _mm512_add_pd(_mm512_add_pd(product, product), avx512::load(&qy[v]));
                zx[v] = _mm512_add_pd(_mm512_sub_pd(zx_squared[v], zy_squared[v]), avx512::load(&qx[v]));
                zx_squared[v] = _mm512_mul_pd(zx[v], zx[v]);
                zy_squared[v] = _mm512_mul_pd(zy[v], zy[v]);
                let norm = _mm512_add_pd(zx_squared[v], zy_squared[v]);
                inside[v] = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(inside[v], norm, four);
                count[v] = _mm512_mask_add_pd(count[v], inside[v], count[v], one);
                any |= inside[v];
            }
            if any == 0 {
                break;
            }
        }
        for (count, lane) in counts.iter_mut().zip(count.into_iter().flat_map(|count| avx512::numbers(count))) {
            *count = if lane == max_iterations { 0 } else { lane };
        }
    }
}

/// AVX-512 by name: a comparison writes eight bits into a mask register, and additions take a mask along.
///
/// Mirrors the loop of `interleaved`. Look for `{k1}` behind a register: the comparison and the count of the lanes that are
/// still inside are one instruction each.
pub fn masked(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        let kernel: unsafe fn(&[_], _, &mut [_]) = chosen(each!(masked_points), settings, MASKED_VECTORS);
        // SAFETY: the CPU has the instructions.
        return alone(move |input: &Input, counts: &mut Output| unsafe {
            kernel(input.q(), input.max_iterations, counts)
        });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}
// ANCHOR_END: masked

// ANCHOR: dispatched
/// One source for every instruction set: the compiler makes a copy for each, and the program takes the best one for the CPU that
/// it runs on.
///
/// Mirrors `interleaved`, with the lanes left open. Look for `with_simd` in the listing: there are as many of it as sets.
pub fn dispatched(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    struct Run<'a, const VECTORS: usize>(&'a Input, &'a mut Output);
    impl<const VECTORS: usize> WithSimd for Run<'_, VECTORS> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Run(input, counts) = self;
            let (zero, one, four) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(4.0));
            let block = S::F64_LANES * VECTORS;
            for (counts, q) in counts.chunks_mut(block).zip(input.q().chunks(block)) {
                let (mut qx, mut qy) = ([simd.splat_f64s(OUTSIDE); VECTORS], [simd.splat_f64s(OUTSIDE); VECTORS]);
                for (lane, q) in q.iter().enumerate() {
                    (cast_slice_mut(&mut qx)[lane], cast_slice_mut(&mut qy)[lane]) = (q.re, q.im);
                }
                let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
                let (mut zx_squared, mut zy_squared) = (zx, zy);
                let mut count = [zero; VECTORS];
                let mut inside = [simd.equal_f64s(zero, zero); VECTORS];
                for _ in 0..input.max_iterations {
                    let mut any = simd.less_than_f64s(zero, zero);
                    for v in 0..VECTORS {
                        let product = simd.mul_f64s(zx[v], zy[v]);
                        zy[v] = simd.add_f64s(simd.add_f64s(product, product), qy[v]);
                        zx[v] = simd.add_f64s(simd.sub_f64s(zx_squared[v], zy_squared[v]), qx[v]);
                        zx_squared[v] = simd.mul_f64s(zx[v], zx[v]);
                        zy_squared[v] = simd.mul_f64s(zy[v], zy[v]);
                        let norm = simd.add_f64s(zx_squared[v], zy_squared[v]);
                        inside[v] = simd.and_m64s(inside[v], simd.less_than_or_equal_f64s(norm, four));
                        count[v] = simd.select_f64s(inside[v], simd.add_f64s(count[v], one), count[v]);
                        any = simd.or_m64s(any, inside[v]);
                    }
                    if simd.first_true_m64s(any) == S::F64_LANES {
                        break;
                    }
                }
                for (count, &lane) in counts.iter_mut().zip(cast_slice::<_, f64>(&count)) {
                    *count = if lane as u32 == input.max_iterations { 0 } else { lane as u32 };
                }
            }
        }
    }
    fn run<const VECTORS: usize>(input: &Input, counts: &mut Output) {
        Arch::new().dispatch(Run::<VECTORS>(input, counts));
    }
    on_any_cpu_with(each!(run), settings, 4)
}
// ANCHOR_END: dispatched

/// The copy of [`dispatched`] that this CPU runs.
pub fn dispatched_to() -> String {
    let name = format!("{:?}", Arch::new());
    name.split_once('(').map_or(name.clone(), |(name, _)| name.to_owned())
}

// ANCHOR: rounds
/// Rounds: after 16, 32, 64, ... iterations those that have escaped are dropped, and the others move together.
///
/// Mirrors `compacted` of the whole arrays. Look for `vcompresspd`: it moves the lanes of a mask to the front of a register.
pub fn rounds(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn tested<const VECTORS: usize>(orbits: &mut Orbits, first: u32, iterations: u32, counts: &mut [u32]) {
        let (zero, one, four) = (_mm512_setzero_pd(), _mm512_set1_pd(1.0), _mm512_set1_pd(4.0));
        let all = orbits.take();
        for block in (0..all).step_by(8 * VECTORS) {
            let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
            let (mut zx_squared, mut zy_squared) = (zx, zy);
            let mut inside = [0; VECTORS];
            for v in 0..VECTORS {
                (zx[v], zy[v]) = (avx512::load(orbits.zx(block, v)), avx512::load(orbits.zy(block, v)));
                (zx_squared[v], zy_squared[v]) = (_mm512_mul_pd(zx[v], zx[v]), _mm512_mul_pd(zy[v], zy[v]));
                inside[v] = lanes_below(all, block + 8 * v);
            }
            let mut count = [zero; VECTORS];
            for _ in 0..iterations {
                let mut any = 0;
                for v in 0..VECTORS {
                    let product = _mm512_mul_pd(zx[v], zy[v]);
                    zy[v] = _mm512_add_pd(_mm512_add_pd(product, product), avx512::load(orbits.qy(block, v)));
                    zx[v] =
                        _mm512_add_pd(_mm512_sub_pd(zx_squared[v], zy_squared[v]), avx512::load(orbits.qx(block, v)));
                    zx_squared[v] = _mm512_mul_pd(zx[v], zx[v]);
                    zy_squared[v] = _mm512_mul_pd(zy[v], zy[v]);
                    let norm = _mm512_add_pd(zx_squared[v], zy_squared[v]);
                    inside[v] = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(inside[v], norm, four);
                    count[v] = _mm512_mask_add_pd(count[v], inside[v], count[v], one);
                    any |= inside[v];
                }
                if any == 0 {
                    break;
                }
            }
            for v in 0..VECTORS {
                orbits.escape(
                    block + 8 * v,
                    lanes_below(all, block + 8 * v) & !inside[v],
                    first,
                    avx512::numbers(count[v]),
                    counts,
                );
                orbits.keep(block + 8 * v, inside[v], zx[v], zy[v]);
            }
        }
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn run<const VECTORS: usize>(input: &Input, counts: &mut Output) {
        let mut orbits = Orbits::with_room();
        counts.fill(0);
        for (counts, q) in counts.chunks_mut(TILE).zip(input.q().chunks(TILE)) {
            orbits.begin(q);
            let mut first = 0;
            while first < input.max_iterations && orbits.any() {
                let iterations = first.max(16).min(input.max_iterations - first);
                tested::<VECTORS>(&mut orbits, first, iterations, counts);
                first += iterations;
            }
        }
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return unsafe { on_this_cpu_with(each!(run), settings, 5) };
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}
// ANCHOR_END: rounds

// ANCHOR: free_running
/// The counts of some points, with two lists to work with, whatever is in them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
pub(super) fn free_running_points<const VECTORS: usize>(
    orbits: &mut Orbits,
    suspects: &mut Orbits,
    q: &[Complex<f64>],
    max_iterations: u32,
    counts: &mut [u32],
) {
    #[target_feature(enable = "avx512f")]
    fn tested<const VECTORS: usize>(orbits: &mut Orbits, first: u32, iterations: u32, counts: &mut [u32]) {
        let (zero, one, four) = (_mm512_setzero_pd(), _mm512_set1_pd(1.0), _mm512_set1_pd(4.0));
        let all = orbits.take();
        for block in (0..all).step_by(8 * VECTORS) {
            let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
            let (mut zx_squared, mut zy_squared) = (zx, zy);
            let mut inside = [0; VECTORS];
            for v in 0..VECTORS {
                (zx[v], zy[v]) = (avx512::load(orbits.zx(block, v)), avx512::load(orbits.zy(block, v)));
                (zx_squared[v], zy_squared[v]) = (_mm512_mul_pd(zx[v], zx[v]), _mm512_mul_pd(zy[v], zy[v]));
                inside[v] = lanes_below(all, block + 8 * v);
            }
            let mut count = [zero; VECTORS];
            for _ in 0..iterations {
                let mut any = 0;
                for v in 0..VECTORS {
                    let product = _mm512_mul_pd(zx[v], zy[v]);
                    zy[v] = _mm512_add_pd(_mm512_add_pd(product, product), avx512::load(orbits.qy(block, v)));
                    zx[v] =
                        _mm512_add_pd(_mm512_sub_pd(zx_squared[v], zy_squared[v]), avx512::load(orbits.qx(block, v)));
                    zx_squared[v] = _mm512_mul_pd(zx[v], zx[v]);
                    zy_squared[v] = _mm512_mul_pd(zy[v], zy[v]);
                    let norm = _mm512_add_pd(zx_squared[v], zy_squared[v]);
                    inside[v] = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(inside[v], norm, four);
                    count[v] = _mm512_mask_add_pd(count[v], inside[v], count[v], one);
                    any |= inside[v];
                }
                if any == 0 {
                    break;
                }
            }
            for v in 0..VECTORS {
                orbits.escape(
                    block + 8 * v,
                    lanes_below(all, block + 8 * v) & !inside[v],
                    first,
                    avx512::numbers(count[v]),
                    counts,
                );
                orbits.keep(block + 8 * v, inside[v], zx[v], zy[v]);
            }
        }
    }
    #[target_feature(enable = "avx512f,fma")]
    fn untested<const VECTORS: usize>(orbits: &mut Orbits, iterations: u32, suspects: &mut Orbits) {
        let (zero, two, four) = (_mm512_setzero_pd(), _mm512_set1_pd(2.0), _mm512_set1_pd(4.0));
        let all = orbits.take();
        for block in (0..all).step_by(8 * VECTORS) {
            let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
            for v in 0..VECTORS {
                (zx[v], zy[v]) = (avx512::load(orbits.zx(block, v)), avx512::load(orbits.zy(block, v)));
            }
            for _ in 0..iterations {
                for v in 0..VECTORS {
                    let product = _mm512_mul_pd(zx[v], zy[v]);
                    let (zx_squared, zy_squared) = (_mm512_mul_pd(zx[v], zx[v]), _mm512_mul_pd(zy[v], zy[v]));
                    zy[v] = _mm512_fmadd_pd(product, two, avx512::load(orbits.qy(block, v)));
                    zx[v] = _mm512_add_pd(_mm512_sub_pd(zx_squared, zy_squared), avx512::load(orbits.qx(block, v)));
                }
            }
            for v in 0..VECTORS {
                let norm = _mm512_add_pd(_mm512_mul_pd(zx[v], zx[v]), _mm512_mul_pd(zy[v], zy[v]));
                let lanes = lanes_below(all, block + 8 * v);
                let inside = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(lanes, norm, four) & orbits.well_inside(block, v);
                suspects.copy(orbits, block + 8 * v, lanes & !inside);
                orbits.keep(block + 8 * v, inside, zx[v], zy[v]);
            }
        }
    }
    counts.fill(0);
    for (counts, q) in counts.chunks_mut(TILE).zip(q.chunks(TILE)) {
        orbits.begin(q);
        let mut first = max_iterations.min(16);
        tested::<MASKED_VECTORS>(orbits, 0, first, counts);
        while first < max_iterations && orbits.any() {
            let iterations = first.min(max_iterations - first);
            untested::<VECTORS>(orbits, iterations, suspects);
            tested::<MASKED_VECTORS>(suspects, first, iterations, counts);
            orbits.append(suspects);
            first += iterations;
        }
    }
}

/// The escape is tested once in a round: an orbit that has left does not come back. Which iteration it was, a second, tested run
/// from the beginning of the round finds out, for those few that it concerns.
///
/// Mirrors nothing in the tutorials. Look at the loop: three multiplications, three additions, no comparison.
pub fn free_running(_: &Input, settings: &Settings) -> Ready<Mandelbrot> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
        let kernel: unsafe fn(&mut _, &mut _, &[_], _, &mut [_]) =
            chosen(each!(free_running_points), settings, FREE_RUNNING_VECTORS);
        return alone(move |input: &Input, counts: &mut Output| {
            let (mut orbits, mut suspects) = (Orbits::with_room(), Orbits::with_room());
            // SAFETY: the CPU has the instructions.
            unsafe { kernel(&mut orbits, &mut suspects, input.q(), input.max_iterations, counts) }
        });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}
// ANCHOR_END: free_running

/// One rounding decides about points that stay for long and then escape, whose orbits double every error again and again: hardly one in two
/// hundred points takes more than a hundred iterations. However products and sums are fused or reordered, at most 4 points differ in
/// squares of up to 140 by 140 points, and of larger pictures 0.022 % at 1000 iterations and 0.053 % at 10,000: half of what is
/// allowed. Such a point has any count, or none. Small pictures may have no such point.
const ONE_ROUNDING_LESS: Precision = Precision::Different {
    why: "a fused multiply-add rounds once where the others round twice",
    may_agree: true,
    most: Most { elements: 8, share: 0.001 },
    reach: Reach::AnyValue,
};

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(lanes, "numpy_vector.py, in registers", "eight points in the lanes of a vector").temporaries(q_bytes),
    step!(prepared interleaved, "beyond the tutorial", "several vectors that do not wait")
        .lesson(Expected::Faster)
        .temporaries(q_bytes),
    step!(prepared fused, "NumPy's complex multiplication", "products added before they are rounded")
        .temporaries(q_bytes)
        .precision(ONE_ROUNDING_LESS),
    step!(prepared avx2, "AVX2 intrinsics", "instructions by name, after a check").temporaries(q_bytes),
    step!(prepared neon, "NEON intrinsics", "the same on another family of CPUs").temporaries(q_bytes),
    step!(prepared masked, "AVX-512 intrinsics", "mask registers instead of masks").temporaries(q_bytes),
    step!(prepared dispatched, "beyond the tutorial", "one source, a copy for each kind of CPU").temporaries(q_bytes),
    step!(prepared rounds, "beyond the tutorial", "the escaped dropped, the others close ranks")
        .temporaries(q_and_lists_bytes),
    step!(prepared free_running, "beyond the tutorial", "escape tested once in a round").temporaries(q_and_lists_bytes),
];

/// The list `q`.
fn q_bytes(input: &Input) -> u64 {
    input.q_bytes()
}

/// The list `q`, and two lists of orbits: five columns of a tile and a block each.
fn q_and_lists_bytes(input: &Input) -> u64 {
    input.q_bytes() + 2 * 5 * 8 * (8192 + 64)
}
