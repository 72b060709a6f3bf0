//! The fastest kernels of this chapter for a part of a problem: rows, particles or chunks, as slices. This is what threads call.
//!
//! Each function asks once whether the CPU has the instructions, and gives a kernel that can then be called from any thread. The
//! kernels are those of the steps `masked`, `free_running`, `streamed`, `interleaved` and `named`, with as many vectors in flight as
//! these keep unless told otherwise.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use num_complex::Complex;
use validation::StepError;
use wide::f64x8;

use super::needs;
#[cfg(target_arch = "x86_64")]
use super::orbits::{Orbits, TILE, lanes_below};
#[cfg(target_arch = "x86_64")]
use super::pi::{GAMMA, draw};
#[cfg(target_arch = "x86_64")]
use super::registers::avx512;

/// Vectors in flight.
const VECTORS: usize = 5;

/// Writes the counts of some points: points, iterations after which a point counts as bounded, counts.
pub type Points = fn(&[Complex<f64>], u32, &mut [u32]);

/// Writes (a + b) * 2 + a * b for parts of a and b of the same length as the output.
pub type Elements = fn(&[f64], &[f64], &mut [f64]);

/// Writes the distances of one point, x and y, to each of the points in two columns.
pub type Row = fn(f64, f64, &[f64], &[f64], &mut [f64]);

/// The hits of one chunk: its seed and its samples.
pub type Chunk = fn(u64, usize) -> u64;

/// The kernel of `masked`.
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512F.
pub fn masked() -> Result<Points, StepError> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn run(q: &[Complex<f64>], max_iterations: u32, counts: &mut [u32]) {
        let (zero, one, four) = (_mm512_setzero_pd(), _mm512_set1_pd(1.0), _mm512_set1_pd(4.0));
        for (counts, q) in counts.chunks_mut(8 * VECTORS).zip(q.chunks(8 * VECTORS)) {
            // A lane without a point begins outside.
            let (mut qx, mut qy) = ([[4.0; 8]; VECTORS], [[4.0; 8]; VECTORS]);
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
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return Ok(|q, max_iterations, counts| unsafe { run(q, max_iterations, counts) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}

/// The kernel of `free_running` with its two lists, which it needs anew for each tile: one of these for each thread.
pub struct FreeRunning {
    #[cfg(target_arch = "x86_64")]
    orbits: Orbits,
    #[cfg(target_arch = "x86_64")]
    suspects: Orbits,
}

impl FreeRunning {
    /// Makes the lists: less than a megabyte.
    ///
    /// # Errors
    /// [`StepError::Unavailable`] on a CPU without AVX-512F or FMA.
    pub fn new() -> Result<Self, StepError> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
            return Ok(Self { orbits: Orbits::with_room(), suspects: Orbits::with_room() });
        }
        Err(needs("AVX-512F", "an x86-64 CPU that has them"))
    }

    /// Writes the counts of some points.
    #[cfg(target_arch = "x86_64")]
    pub fn run(&mut self, q: &[Complex<f64>], max_iterations: u32, counts: &mut [u32]) {
        #[target_feature(enable = "avx512f,fma")]
        fn run(lists: &mut FreeRunning, q: &[Complex<f64>], max_iterations: u32, counts: &mut [u32]) {
            let FreeRunning { orbits, suspects } = lists;
            counts.fill(0);
            for (counts, q) in counts.chunks_mut(TILE).zip(q.chunks(TILE)) {
                orbits.begin(q);
                let mut first = max_iterations.min(16);
                tested(orbits, 0, first, counts);
                while first < max_iterations && orbits.any() {
                    let iterations = first.min(max_iterations - first);
                    untested(orbits, iterations, suspects);
                    tested(suspects, first, iterations, counts);
                    orbits.append(suspects);
                    first += iterations;
                }
            }
        }
        // SAFETY: `new` has made sure that the CPU has the instructions.
        unsafe { run(self, q, max_iterations, counts) }
    }

    /// There is no such kernel for this family of CPUs, and `new` makes none of these.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn run(&mut self, _: &[Complex<f64>], _: u32, _: &mut [u32]) {
        unreachable!("only `new` makes one of these, and not here");
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn tested(orbits: &mut Orbits, first: u32, iterations: u32, counts: &mut [u32]) {
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
                zx[v] = _mm512_add_pd(_mm512_sub_pd(zx_squared[v], zy_squared[v]), avx512::load(orbits.qx(block, v)));
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
            let lanes = lanes_below(all, block + 8 * v) & !inside[v];
            orbits.escape(block + 8 * v, lanes, first, avx512::numbers(count[v]), counts);
            orbits.keep(block + 8 * v, inside[v], zx[v], zy[v]);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
fn untested(orbits: &mut Orbits, iterations: u32, suspects: &mut Orbits) {
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

/// The kernel of `expression::streamed`.
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512F.
pub fn expression() -> Result<Elements, StepError> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn run(a: &[f64], b: &[f64], output: &mut [f64]) {
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
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return Ok(|a, b, output| unsafe { run(a, b, output) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}

/// The kernel of `particles::interleaved`: moves some particles, columns of the same length, through all steps.
pub fn particles(x: &mut [f64], y: &mut [f64], speed: &[f64], timestep: f64, steps: usize) {
    const BLOCK: usize = 8 * VECTORS;
    for ((out_x, out_y), speed) in x.chunks_mut(BLOCK).zip(y.chunks_mut(BLOCK)).zip(speed.chunks(BLOCK)) {
        // A lane without a particle stays where the square root is 1.
        let (mut x, mut y, mut factor) = ([[1.0; 8]; VECTORS], [[0.0; 8]; VECTORS], [[0.0; 8]; VECTORS]);
        for lane in 0..speed.len() {
            x.as_flattened_mut()[lane] = out_x[lane];
            y.as_flattened_mut()[lane] = out_y[lane];
            factor.as_flattened_mut()[lane] = timestep * speed[lane];
        }
        let (mut x, mut y, factor) = (x.map(f64x8::from), y.map(f64x8::from), factor.map(f64x8::from));
        for _ in 0..steps {
            for v in 0..VECTORS {
                let norm = (x[v] * x[v] + y[v] * y[v]).sqrt();
                let vx = -y[v] / norm;
                let vy = x[v] / norm;
                x[v] += factor[v] * vx;
                y[v] += factor[v] * vy;
            }
        }
        out_x.copy_from_slice(&x.map(|x| x.to_array()).as_flattened()[..speed.len()]);
        out_y.copy_from_slice(&y.map(|y| y.to_array()).as_flattened()[..speed.len()]);
    }
}

/// The kernel of `distance::streamed`.
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512F.
pub fn distance() -> Result<Row, StepError> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn run(x: f64, y: f64, other_x: &[f64], other_y: &[f64], row: &mut [f64]) {
        let head = row.as_ptr().align_offset(64).min(row.len());
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
        // Nobody may read the output before these stores have arrived, above all no other thread.
        _mm_sfence();
        let (other_x, other_y) = (x_head.iter().chain(x_tail), y_head.iter().chain(y_tail));
        for ((distance, other_x), other_y) in row_head.iter_mut().chain(row_tail).zip(other_x).zip(other_y) {
            let (dx, dy) = (other_x - x, other_y - y);
            *distance = (dx * dx + dy * dy).sqrt();
        }
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return Ok(|x, y, other_x, other_y, row| unsafe { run(x, y, other_x, other_y, row) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}

/// The kernel of `pi::named`.
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512DQ.
pub fn pi() -> Result<Chunk, StepError> {
    /// Draws from eight states, as doubles from -2^63 to 2^63 with 53 bits each: see `pi::named`.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn draws(state: __m512i) -> __m512d {
        let first = _mm512_set1_epi64(0xbf58_476d_1ce4_e5b9_u64 as i64);
        let second = _mm512_set1_epi64(0x94d0_49bb_1331_11eb_u64 as i64);
        let z = _mm512_mullo_epi64(_mm512_xor_si512(state, _mm512_srli_epi64::<30>(state)), first);
        let turned = _mm512_set1_epi64(i64::MIN);
        let z = _mm512_ternarylogic_epi64::<0b1001_0110>(z, _mm512_srli_epi64::<27>(z), turned);
        let z = _mm512_mullo_epi64(z, second);
        let upper = _mm512_set1_epi64(!0x7ff);
        _mm512_cvtepi64_pd(_mm512_ternarylogic_epi64::<0b0010_1000>(z, _mm512_srli_epi64::<31>(z), upper))
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn run(seed: u64, samples: usize) -> u64 {
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
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512dq") {
        // SAFETY: the CPU has the instructions.
        return Ok(|seed, samples| unsafe { run(seed, samples) });
    }
    Err(needs("AVX-512DQ", "an x86-64 CPU that has them"))
}
