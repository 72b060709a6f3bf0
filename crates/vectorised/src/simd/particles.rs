//! The particle ladder of the vector instructions.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")
)]

#[cfg(target_arch = "x86_64")]
use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};
use validation::particles::{Input, Output};
use validation::{Expected, Particles, Ready, Settings, Step, StepError, step};
use wide::f64x8;

use super::balance::Balance;
#[cfg(target_arch = "x86_64")]
use super::balance::{Balanced, Kernel};
use super::cpu::{alone, needs};
#[cfg(target_arch = "x86_64")]
use super::fused::{Seed, quotient, root_and_inverse};
#[cfg(target_arch = "x86_64")]
use super::swarm::Swarm;
#[cfg(target_arch = "x86_64")]
use super::vectors::{FUSED_VECTORS_AVX2, FUSED_VECTORS_AVX512};
use super::vectors::{PARTICLE_VECTORS, chosen, each};

// ANCHOR: lanes
/// Eight particles in the lanes of three registers, which they do not leave before the end of time.
///
/// Mirrors the book's tuned version, eight particles at once. Look at the loop over time: it neither loads nor stores, and waits.
pub fn lanes(input: &Input, output: &mut Output) {
    let columns = input.x.chunks(8).zip(input.y.chunks(8)).zip(input.speed.chunks(8));
    let output = output.x.chunks_mut(8).zip(output.y.chunks_mut(8));
    for ((out_x, out_y), ((start_x, start_y), speed)) in output.zip(columns) {
        let (mut x, mut y, mut factor) = ([1.0; 8], [0.0; 8], [0.0; 8]);
        for lane in 0..speed.len() {
            (x[lane], y[lane], factor[lane]) = (start_x[lane], start_y[lane], input.timestep * speed[lane]);
        }
        let (mut x, mut y, factor) = (f64x8::from(x), f64x8::from(y), f64x8::from(factor));
        for _ in 0..input.steps {
            let norm = (x * x + y * y).sqrt();
            let vx = -y / norm;
            let vy = x / norm;
            x += factor * vx;
            y += factor * vy;
        }
        out_x.copy_from_slice(&x.to_array()[..speed.len()]);
        out_y.copy_from_slice(&y.to_array()[..speed.len()]);
    }
}
// ANCHOR_END: lanes

// ANCHOR: interleaved
/// Some particles, columns of the same length, through all steps.
pub(super) fn columns<const VECTORS: usize>(x: &mut [f64], y: &mut [f64], speed: &[f64], timestep: f64, steps: usize) {
    let block = 8 * VECTORS;
    for ((out_x, out_y), speed) in x.chunks_mut(block).zip(y.chunks_mut(block)).zip(speed.chunks(block)) {
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

/// Several such vectors, so that the divider always has something to do.
///
/// Mirrors nothing in the book. The vectors setting says how many. Look at the limit: a square root and two divisions
/// take their time, and everything else goes on beside them.
pub fn interleaved(_: &Input, settings: &Settings) -> Ready<Particles> {
    let kernel: fn(&mut [_], &mut [_], &[_], _, _) = chosen(each!(columns), settings, PARTICLE_VECTORS);
    alone(move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        kernel(&mut output.x, &mut output.y, &input.speed, input.timestep, input.steps);
    })
}
// ANCHOR_END: interleaved

/// What the steps with fused operations need.
fn needs_fused() -> StepError {
    needs("AVX2 and FMA", "an x86-64 CPU that has them")
}

/// Whether the fused operations are proven for all particles of this input on all of their way. Each step is along the tangent, so the
/// square of the norm, 1e-30 at least and 1e30 at most, never shrinks but by rounding. A coordinate that is not zero stays above 1e-120
/// times 2^-55: to come nearer to zero a step and a coordinate would have to cancel, and neither has digits for that.
fn in_range(input: &Input) -> bool {
    let coordinate = |value: f64| value == 0.0 || value.abs() >= 1e-120;
    let particles = input.x.iter().zip(&input.y).zip(&input.speed);
    particles.into_iter().all(|((&x, &y), &speed)| {
        let (norm, way) = ((x * x + y * y).sqrt(), input.timestep * speed);
        let numbers = [x, y, way].into_iter().all(coordinate);
        numbers && norm >= 1e-15 && norm + input.steps as f64 * way.abs() <= 1e15
    })
}

/// The kernels of a function with fused operations, one for each of some numbers, for an instruction set: `None` where this CPU does not
/// have it. Or a step that runs the one for the best set, with as many vectors as the settings say.
#[cfg(target_arch = "x86_64")]
macro_rules! kernels {
    (avx512: $run:ident $($parameters:tt)*) => {
        kernels!(
            avx512 V4 "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt":
            $run $($parameters)*
        )
    };
    (avx2: $run:ident $($parameters:tt)*) => {
        kernels!(avx2 V3 "avx2,fma,bmi1,bmi2,lzcnt,popcnt": $run $($parameters)*)
    };
    ($set:ident $simd:ident $features:literal: $run:ident $($vectors:literal)?, $($number:literal)+) => {{
        #[inline(never)]
        #[target_feature(enable = $features)]
        fn $set<const NUMBER: usize>(simd: $simd, swarm: Swarm<'_>) {
            $run::<$simd, $($vectors,)? NUMBER>(simd, swarm);
        }
        let kernels: [Kernel; _] = [
            // SAFETY: `try_new` below has made sure that the CPU has the instructions.
            $(|swarm| unsafe { $set::<$number>($simd::new_unchecked(), swarm) }),+
        ];
        $simd::try_new().map(|_| kernels)
    }};
}

/// A step that runs a function with fused operations for the best instruction set of this CPU. Where an input is out of the range in which
/// the operations are proven, that is [`interleaved`].
#[cfg(target_arch = "x86_64")]
macro_rules! fused {
    ($run:ident, $input:ident, $settings:ident) => {{
        let best = match kernels!(avx512: $run, 1 2 3 4 5 6 7 8) {
            Some(kernels) => Some(chosen(kernels, $settings, FUSED_VECTORS_AVX512)),
            None => {
                kernels!(avx2: $run, 1 2 3 4 5 6 7 8).map(|kernels| chosen(kernels, $settings, FUSED_VECTORS_AVX2))
            }
        };
        moving(best, $input, $settings)
    }};
}

/// A step that moves the particles by this kernel, if there is one, and if the input is in its range.
#[cfg(target_arch = "x86_64")]
fn moving(kernel: Option<Kernel>, input: &Input, settings: &Settings) -> Ready<Particles> {
    let kernel = kernel.ok_or_else(needs_fused)?;
    if !in_range(input) {
        return interleaved(input, settings);
    }
    alone(move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        let (speed, timestep, steps) = (&input.speed, input.timestep, input.steps);
        kernel(Swarm { x: &mut output.x, y: &mut output.y, speed, timestep, steps });
    })
}

// ANCHOR: one_division
/// One division in place of two: a reciprocal that both quotients share, each corrected to the last bit by two fused operations.
///
/// Mirrors P. Markstein's division for processors without a divider. Look at the listing: a root and one division are left, and the
/// units that multiply, which had little to do, have the rest.
pub fn one_division(input: &Input, settings: &Settings) -> Ready<Particles> {
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn run<S: Seed, const VECTORS: usize>(simd: S, swarm: Swarm<'_>) {
        for part in swarm.parts(S::F64_LANES * VECTORS) {
            let (mut x, mut y, factor) = part.load::<S, VECTORS>(simd);
            for _ in 0..part.steps {
                for v in 0..VECTORS {
                    let square = simd.add_f64s(simd.mul_f64s(x[v], x[v]), simd.mul_f64s(y[v], y[v]));
                    let norm = simd.sqrt_f64s(square);
                    let inverse = simd.div_f64s(simd.splat_f64s(1.0), norm);
                    let vx = quotient(simd, y[v], norm, inverse);
                    let vy = quotient(simd, x[v], norm, inverse);
                    x[v] = simd.sub_f64s(x[v], simd.mul_f64s(factor[v], vx));
                    y[v] = simd.add_f64s(y[v], simd.mul_f64s(factor[v], vy));
                }
            }
            part.store::<S, VECTORS>(x, y);
        }
    }
    #[cfg(target_arch = "x86_64")]
    return fused!(run, input, settings);
    #[cfg(not(target_arch = "x86_64"))]
    no_such_kernel(input, settings)
}
// ANCHOR_END: one_division

// ANCHOR: no_division
/// Neither division nor square root: the processor's approximate inverse root, and some multiplications that correct it to the last bit.
///
/// Mirrors what processors without a divider do. Look at the listing: neither `vdivpd` nor `vsqrtpd`. The divider is idle now.
pub fn no_division(input: &Input, settings: &Settings) -> Ready<Particles> {
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn run<S: Seed, const VECTORS: usize>(simd: S, swarm: Swarm<'_>) {
        for part in swarm.parts(S::F64_LANES * VECTORS) {
            let (mut x, mut y, factor) = part.load::<S, VECTORS>(simd);
            for _ in 0..part.steps {
                for v in 0..VECTORS {
                    let square = simd.add_f64s(simd.mul_f64s(x[v], x[v]), simd.mul_f64s(y[v], y[v]));
                    let (norm, inverse) = root_and_inverse(simd, square, simd.seed(square), S::STEPS);
                    let vx = quotient(simd, y[v], norm, inverse);
                    let vy = quotient(simd, x[v], norm, inverse);
                    x[v] = simd.sub_f64s(x[v], simd.mul_f64s(factor[v], vx));
                    y[v] = simd.add_f64s(y[v], simd.mul_f64s(factor[v], vy));
                }
            }
            part.store::<S, VECTORS>(x, y);
        }
    }
    #[cfg(target_arch = "x86_64")]
    return fused!(run, input, settings);
    #[cfg(not(target_arch = "x86_64"))]
    no_such_kernel(input, settings)
}
// ANCHOR_END: no_division

// ANCHOR: balanced
/// The kernel of [`balanced`]: of some vectors so many go without the divider, evenly spread.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn shared<S: Seed, const VECTORS: usize, const WITHOUT: usize>(simd: S, swarm: Swarm<'_>) {
    for part in swarm.parts(S::F64_LANES * VECTORS) {
        let (mut x, mut y, factor) = part.load::<S, VECTORS>(simd);
        for _ in 0..part.steps {
            for v in 0..VECTORS {
                let square = simd.add_f64s(simd.mul_f64s(x[v], x[v]), simd.mul_f64s(y[v], y[v]));
                let (norm, inverse) = if v * WITHOUT % VECTORS < WITHOUT {
                    root_and_inverse(simd, square, simd.seed(square), S::STEPS)
                } else {
                    let norm = simd.sqrt_f64s(square);
                    (norm, simd.div_f64s(simd.splat_f64s(1.0), norm))
                };
                let vx = quotient(simd, y[v], norm, inverse);
                let vy = quotient(simd, x[v], norm, inverse);
                x[v] = simd.sub_f64s(x[v], simd.mul_f64s(factor[v], vx));
                y[v] = simd.add_f64s(y[v], simd.mul_f64s(factor[v], vy));
            }
        }
        part.store::<S, VECTORS>(x, y);
    }
}

/// Some vectors with the divider and the others without, so that no unit waits for another. How many is measured beforehand.
///
/// Mirrors nothing in the book. Look at the share: it says how fast this CPU's divider is beside its multiplications.
pub fn balanced(input: &Input, settings: &Settings) -> Ready<Particles> {
    #[cfg(target_arch = "x86_64")]
    return moving(best_balance().map(|balanced| balanced.kernel), input, settings);
    #[cfg(not(target_arch = "x86_64"))]
    no_such_kernel(input, settings)
}
// ANCHOR_END: balanced

/// The same with the instructions that laptops and servers have had in common for ten years.
///
/// Mirrors `avx2` of the Mandelbrot ladder. Look at the seed: it is one of single precision, so one more coupled step has to correct it.
pub fn balanced_avx2(input: &Input, settings: &Settings) -> Ready<Particles> {
    #[cfg(target_arch = "x86_64")]
    return moving(avx2_balance().map(|balanced| balanced.kernel), input, settings);
    #[cfg(not(target_arch = "x86_64"))]
    no_such_kernel(input, settings)
}

/// What a step with fused operations says where nobody has named the instructions.
#[cfg(not(target_arch = "x86_64"))]
fn no_such_kernel(_: &Input, _: &Settings) -> Ready<Particles> {
    Err(needs_fused())
}

/// How [`balanced`] shares its vectors here, measured once in the run of a program; `None` where it is unavailable.
pub fn balance() -> Option<&'static Balance> {
    #[cfg(target_arch = "x86_64")]
    return best_balance().map(|balanced| &balanced.balance);
    #[cfg(not(target_arch = "x86_64"))]
    None
}

#[cfg(target_arch = "x86_64")]
fn best_balance() -> Option<&'static Balanced> {
    static BALANCED: OnceLock<Option<Balanced>> = OnceLock::new();
    let measured = || Balanced::of(8, [0, 1, 2, 3, 4, 8], avx512_kernels()?).into();
    BALANCED.get_or_init(measured).as_ref().or_else(avx2_balance)
}

#[cfg(target_arch = "x86_64")]
fn avx2_balance() -> Option<&'static Balanced> {
    static BALANCED: OnceLock<Option<Balanced>> = OnceLock::new();
    let measured = || Balanced::of(6, [0, 1, 2, 3, 4, 6], avx2_kernels()?).into();
    BALANCED.get_or_init(measured).as_ref()
}

#[cfg(target_arch = "x86_64")]
fn avx512_kernels() -> Option<[Kernel; 6]> {
    kernels!(avx512: shared 8, 0 1 2 3 4 8)
}

#[cfg(target_arch = "x86_64")]
fn avx2_kernels() -> Option<[Kernel; 6]> {
    kernels!(avx2: shared 6, 0 1 2 3 4 6)
}

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(lanes, "the book's tuned version", "eight particles in registers"),
    step!(prepared interleaved, "beyond the book", "several vectors that do not wait").lesson(Expected::Faster),
    step!(prepared one_division, "beyond the book", "one division, shared by two quotients").changes_the_algorithm(),
    step!(prepared no_division, "beyond the book", "neither division nor root").changes_the_algorithm(),
    step!(prepared balanced, "beyond the book", "some vectors with the divider, some without").changes_the_algorithm(),
    step!(prepared balanced_avx2, "beyond the book", "the same with the instructions of AVX2").changes_the_algorithm(),
];
