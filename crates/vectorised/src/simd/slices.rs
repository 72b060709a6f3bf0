//! The best kernels of this chapter over slices, for threads and processes: some points, particles, elements, rows, or a chunk of darts.
//!
//! Here it is only asked, once, whether the CPU has the instructions. The kernels are those of the steps [`mandelbrot::masked`],
//! [`mandelbrot::free_running`], [`expression::streamed`], [`particles::interleaved`], [`distance::streamed`] and [`pi::named`], with
//! as many vectors in flight as these keep unless told otherwise.
//!
//! [`mandelbrot::masked`]: super::mandelbrot::masked
//! [`mandelbrot::free_running`]: super::mandelbrot::free_running
//! [`expression::streamed`]: super::expression::streamed
//! [`particles::interleaved`]: super::particles::interleaved
//! [`distance::streamed`]: super::distance::streamed
//! [`pi::named`]: super::pi::named
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")
)]

use num_complex::Complex;
use validation::StepError;

use super::cpu::needs;
#[cfg(target_arch = "x86_64")]
use super::distance::streamed_rows;
#[cfg(target_arch = "x86_64")]
use super::expression::streamed_elements;
#[cfg(target_arch = "x86_64")]
use super::mandelbrot::{free_running_points, masked_points};
#[cfg(target_arch = "x86_64")]
use super::orbits::Orbits;
use super::particles::columns;
#[cfg(target_arch = "x86_64")]
use super::pi::named_chunk;
use super::vectors::PARTICLE_VECTORS;
#[cfg(target_arch = "x86_64")]
use super::vectors::{FREE_RUNNING_VECTORS, MASKED_VECTORS};

/// Writes the counts of some points: points, iterations after which a point counts as bounded, and as many counts as points.
pub type Points = fn(&[Complex<f64>], u32, &mut [u32]);

/// Writes (a + b) * 2 + a * b for parts of a and b of the same length as the output.
pub type Elements = fn(&[f64], &[f64], &mut [f64]);

/// Writes the distances of some points to others, a row for each of the points: x and y of the points, x and y of the others, of which there
/// is at least one, and the rows.
pub type Rows = fn(&[f64], &[f64], &[f64], &[f64], &mut [f64]);

/// The hits of one chunk: its seed and its samples.
pub type Chunk = fn(u64, usize) -> u64;

/// Particles that [`particles`] keeps in registers at once: what a thread takes should be so many, or a multiple.
pub const PARTICLES_AT_ONCE: usize = 8 * PARTICLE_VECTORS;

/// The kernel of [`mandelbrot::masked`](super::mandelbrot::masked).
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512F.
pub fn masked() -> Result<Points, StepError> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return Ok(|q, max_iterations, counts| unsafe { masked_points::<MASKED_VECTORS>(q, max_iterations, counts) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}

/// The kernel of [`mandelbrot::free_running`](super::mandelbrot::free_running) with its two lists: one of these for each thread.
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

    /// Writes the counts of some points, as [`Points`] does.
    #[cfg(target_arch = "x86_64")]
    pub fn run(&mut self, q: &[Complex<f64>], max_iterations: u32, counts: &mut [u32]) {
        let Self { orbits, suspects } = self;
        // SAFETY: `new` has made sure that the CPU has the instructions.
        unsafe { free_running_points::<FREE_RUNNING_VECTORS>(orbits, suspects, q, max_iterations, counts) }
    }

    /// There is no such kernel for this family of CPUs, and `new` makes none of these.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn run(&mut self, _: &[Complex<f64>], _: u32, _: &mut [u32]) {
        unreachable!("only `new` makes one of these, and not here");
    }
}

/// The kernel of [`expression::streamed`](super::expression::streamed).
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512F.
pub fn expression() -> Result<Elements, StepError> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return Ok(|a, b, output| unsafe { streamed_elements(a, b, output) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}

/// The kernel of [`particles::interleaved`](super::particles::interleaved): moves some particles, columns of the same length, through
/// all steps. It needs no instructions that a CPU might not have.
pub fn particles(x: &mut [f64], y: &mut [f64], speed: &[f64], timestep: f64, steps: usize) {
    columns::<PARTICLE_VECTORS>(x, y, speed, timestep, steps);
}

/// The kernel of [`distance::streamed`](super::distance::streamed).
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512F.
pub fn distance() -> Result<Rows, StepError> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the CPU has the instructions.
        return Ok(|x, y, other_x, other_y, rows| unsafe { streamed_rows(x, y, other_x, other_y, rows) });
    }
    Err(needs("AVX-512F", "an x86-64 CPU that has them"))
}

/// The kernel of [`pi::named`](super::pi::named).
///
/// # Errors
/// [`StepError::Unavailable`] on a CPU without AVX-512DQ.
pub fn pi() -> Result<Chunk, StepError> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512dq") {
        // SAFETY: the CPU has the instructions.
        return Ok(|seed, samples| unsafe { named_chunk(seed, samples) });
    }
    Err(needs("AVX-512DQ", "an x86-64 CPU that has them"))
}
