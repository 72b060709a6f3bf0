//! How many vectors a step keeps in flight: its kernel is compiled for each number, and settings or the step choose one.
#![expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")]

use validation::{Plain, Problem, Ready, Settings};

use super::cpu::{CpuKernel, alone, on_this_cpu};

/// The most independent vectors that a step can be asked to keep in flight: as many as one kernel each is compiled for.
pub const MOST_VECTORS: usize = 8;

/// Vectors that `masked` keeps in flight. With more of them the registers run out.
///
/// What is best on a CPU is measured: `cargo run --example chapter7 -- --problem mandelbrot` tries each number.
#[cfg(target_arch = "x86_64")]
pub(super) const MASKED_VECTORS: usize = 4;

/// Vectors that `free_running` keeps in flight where it does not test; where it does, it is as `masked`.
#[cfg(target_arch = "x86_64")]
pub(super) const FREE_RUNNING_VECTORS: usize = 6;

/// Vectors that `interleaved` of the particles keeps in flight: `cargo run --example chapter7 -- --problem particles` tries each number.
pub(super) const PARTICLE_VECTORS: usize = 5;

/// Vectors that the steps of the particles with fused operations keep in flight, with 32 registers of AVX-512.
#[cfg(target_arch = "x86_64")]
pub(super) const FUSED_VECTORS_AVX512: usize = 8;

/// The same with the 16 registers of AVX2.
#[cfg(target_arch = "x86_64")]
pub(super) const FUSED_VECTORS_AVX2: usize = 6;

/// The kernels that keep 1, 2, 3 ... [`MOST_VECTORS`] vectors in flight.
macro_rules! each {
    ($run:ident) => {
        [$run::<1>, $run::<2>, $run::<3>, $run::<4>, $run::<5>, $run::<6>, $run::<7>, $run::<8>]
    };
}
pub(super) use each;

/// The one of the kernels that keep 1, 2, 3 ... vectors in flight that the settings ask for, or else that with `default` vectors.
pub(super) fn chosen<K: Copy>(kernels: [K; MOST_VECTORS], settings: &Settings, default: usize) -> K {
    kernels[settings.vectors.map_or(default, usize::from).min(MOST_VECTORS) - 1]
}

/// A step that runs such a kernel.
///
/// # Safety
/// The CPU has the instructions of the kernels.
pub(super) unsafe fn on_this_cpu_with<P: Problem>(
    kernels: [CpuKernel<P>; MOST_VECTORS],
    settings: &Settings,
    default: usize,
) -> Ready<P> {
    // SAFETY: the caller says that this CPU has the instructions.
    unsafe { on_this_cpu(chosen(kernels, settings, default)) }
}

/// The same with kernels that are safe to call everywhere.
pub(super) fn on_any_cpu_with<P: Problem>(
    kernels: [Plain<P>; MOST_VECTORS],
    settings: &Settings,
    default: usize,
) -> Ready<P> {
    alone(chosen(kernels, settings, default))
}
