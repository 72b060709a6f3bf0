//! The Mandelbrot ladder that leaves out the work and does the rest in vectors.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "functions for named instruction sets may be called only where the CPU has them")
)]

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};
use validation::mandelbrot::Input;
use validation::{Expected, Mandelbrot, Ready, Settings, Step, step};

use super::lanes::{Lanes, Portable};
use super::points::{Lists, Points, ROOM, TILE, WithRoom};
use super::rounds::{start, tested, untested as untested_round};
use super::rows::{Picture, Rows, alone};
use crate::simd::needs;

/// A kernel made of a function and the lists that it works with: for the best instruction set of this CPU, or, where there is one, for
/// the set that is named. Behind each set stands how many of its vectors are in flight.
macro_rules! kernel {
    ($run:ident, $lists:ty) => {{
        #[cfg(target_arch = "x86_64")]
        let best = match kernel!(avx512: $run, $lists) {
            Some(rows) => Some(rows),
            None => kernel!(avx2: $run, $lists),
        };
        #[cfg(not(target_arch = "x86_64"))]
        let best: Option<Rows> = None;
        best.unwrap_or_else(|| kernel!(portable: $run, $lists))
    }};
    (avx512: $run:ident, $lists:ty) => {
        kernel!(
            avx512 V4 6 "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt": $run, $lists
        )
    };
    (avx2: $run:ident, $lists:ty) => {
        kernel!(avx2 V3 4 "avx2,fma,bmi1,bmi2,lzcnt,popcnt": $run, $lists)
    };
    ($set:ident $simd:ident $vectors:literal $features:literal: $run:ident, $lists:ty) => {{
        #[inline(never)]
        #[target_feature(enable = $features)]
        fn $set(simd: $simd, lists: &mut $lists, picture: Picture<'_>) {
            $run::<$simd, $vectors>(simd, lists, picture);
        }
        $simd::try_new().map(|simd| {
            let mut lists = <$lists>::with_room();
            // SAFETY: the CPU has the instructions, or there would be no such value.
            Rows::new(move |picture| unsafe { $set(simd, &mut lists, picture) })
        })
    }};
    (portable: $run:ident, $lists:ty) => {{
        #[inline(never)]
        fn portable(lists: &mut $lists, picture: Picture<'_>) {
            $run::<Portable, 2>(Portable {}, lists, picture);
        }
        let mut lists = <$lists>::with_room();
        Rows::new(move |picture| portable(&mut lists, picture))
    }};
}

// ANCHOR: bulbs
/// Points of the two largest parts of the set are known by formula. The others go into a list, and vectors are filled from that.
///
/// Mirrors `bulbs` of the scalar kernels, with the loop of the vectors. Look at the iterations that are left: of one hundred, 97 belonged
/// to points that never escape, and nine of ten of these points are known before the first iteration.
pub fn bulbs(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    #[inline(always)]
    fn run<S: Lanes, const VECTORS: usize>(simd: S, points: &mut Points<5>, picture: Picture<'_>) {
        let max_iterations = picture.max_iterations;
        for (xs, ys, counts) in picture.tiles(TILE) {
            counts.fill(0);
            points.begin(simd, xs, ys);
            tested::<S, VECTORS, 5>(simd, points, 0, max_iterations, counts);
        }
    }
    alone(kernel!(run, Points<5>))
}
// ANCHOR_END: bulbs

// ANCHOR: survivors
/// After 4, 8, 16, ... iterations the points that have escaped are dropped, and the others close ranks.
///
/// Mirrors `rounds` of the vectors. Look at the lanes that wait for others in their vector: there are hardly any left.
pub fn survivors(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    #[inline(always)]
    fn run<S: Lanes, const VECTORS: usize>(simd: S, points: &mut Points<5>, picture: Picture<'_>) {
        let max_iterations = picture.max_iterations;
        for (xs, ys, counts) in picture.tiles(TILE) {
            counts.fill(0);
            points.begin(simd, xs, ys);
            let mut first = 0;
            while first < max_iterations && points.any() {
                let iterations = first.max(4).min(max_iterations - first);
                tested::<S, VECTORS, 5>(simd, points, first, iterations, counts);
                first += iterations;
            }
        }
    }
    alone(kernel!(run, Points<5>))
}
// ANCHOR_END: survivors

// ANCHOR: early
/// The first round where the points lie: most of them escape in it, and never go into a list.
///
/// Mirrors nothing in the tutorials. Look at the memory: a point that escapes early is neither read nor written but for its count.
pub fn early(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    #[inline(always)]
    fn run<S: Lanes, const VECTORS: usize>(simd: S, points: &mut Points<5>, picture: Picture<'_>) {
        let max_iterations = picture.max_iterations;
        for (xs, ys, counts) in picture.tiles(TILE) {
            let mut first = max_iterations.min(8);
            start::<S, 2, 5>(simd, points, (xs, ys), first, counts);
            while first < max_iterations && points.any() {
                let iterations = first.min(max_iterations - first);
                tested::<S, VECTORS, 5>(simd, points, first, iterations, counts);
                first += iterations;
            }
        }
    }
    alone(kernel!(run, Points<5>))
}
// ANCHOR_END: early

// ANCHOR: untested
/// Once most points have escaped, the escape is tested at the end of a round only. The few that have left in it go through the round a
/// second time, with the test.
///
/// Mirrors `free_running` of the vectors. Look at the loop: six instructions, and no comparison.
pub fn untested(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    #[inline(always)]
    fn run<S: Lanes, const VECTORS: usize>(simd: S, [points, suspects]: &mut Lists<5>, picture: Picture<'_>) {
        let max_iterations = picture.max_iterations;
        for (xs, ys, counts) in picture.tiles(TILE) {
            let mut first = max_iterations.min(16);
            start::<S, 2, 5>(simd, points, (xs, ys), first, counts);
            while first < max_iterations && points.any() {
                let iterations = first.min(max_iterations - first);
                untested_round::<S, VECTORS, 5>(simd, points, iterations, suspects);
                tested::<S, VECTORS, 5>(simd, suspects, first, iterations, counts);
                points.append(suspects);
                first += iterations;
            }
        }
    }
    alone(kernel!(run, Lists<5>))
}
// ANCHOR_END: untested

// ANCHOR: cycles
/// The kernel of [`cycles`].
#[inline(always)]
fn without_cycles<S: Lanes, const VECTORS: usize>(simd: S, [points, suspects]: &mut Lists<7>, picture: Picture<'_>) {
    let max_iterations = picture.max_iterations;
    for (xs, ys, counts) in picture.tiles(TILE) {
        let mut first = max_iterations.min(16);
        start::<S, 2, 7>(simd, points, (xs, ys), first, counts);
        for round in 0_u32.. {
            if first == max_iterations || !points.any() {
                break;
            }
            if round == 0 || round.is_power_of_two() {
                points.remember();
            }
            let iterations = 60.min(max_iterations - first);
            untested_round::<S, VECTORS, 7>(simd, points, iterations, suspects);
            tested::<S, VECTORS, 7>(simd, suspects, first, iterations, counts);
            points.append(suspects);
            first += iterations;
        }
    }
}

/// An orbit that is where it was some rounds ago, bit for bit, goes round for ever. Sixty iterations are a round, because a cycle of 2, 3,
/// 4, 5, 6, 10 or 12 points is back at its beginning then.
///
/// Mirrors `cycles` of the scalar kernels. Look at the comparison: one in sixty iterations is enough.
pub fn cycles(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    alone(rows())
}
// ANCHOR_END: cycles

/// The kernel of [`cycles`] over some rows, for threads and processes.
pub fn rows() -> Rows {
    kernel!(without_cycles, Lists<7>)
}

/// The same with the instructions that laptops and servers have had in common for ten years.
///
/// Mirrors `avx2` of the vectors. Look at what AVX-512 is worth: the difference to the step before, on a CPU that has both.
pub fn cycles_avx2(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    alone(avx2_rows().ok_or_else(|| needs("AVX2", "an x86-64 CPU that has them"))?)
}

/// The kernel of [`cycles_avx2`], where the CPU has the instructions.
pub(super) fn avx2_rows() -> Option<Rows> {
    #[cfg(target_arch = "x86_64")]
    return kernel!(avx2: without_cycles, Lists<7>);
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// The same without the name of any instruction.
///
/// Mirrors `interleaved` of the vectors. Look at what the names are worth.
pub fn cycles_portable(_: &Input, _: &Settings) -> Ready<Mandelbrot> {
    alone(portable_rows())
}

/// The kernel of [`cycles_portable`].
pub(super) fn portable_rows() -> Rows {
    kernel!(portable: without_cycles, Lists<7>)
}

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(prepared bulbs, "beyond the tutorial", "points known by formula, before any vector")
        .temporaries(lists_bytes)
        .changes_the_algorithm(),
    step!(prepared survivors, "beyond the tutorial", "the escaped dropped, the others close ranks")
        .temporaries(lists_bytes)
        .changes_the_algorithm()
        .lesson(Expected::Faster),
    step!(prepared early, "beyond the tutorial", "the first round where the points lie")
        .temporaries(lists_bytes)
        .changes_the_algorithm(),
    step!(prepared untested, "beyond the tutorial", "escape tested once in a round")
        .temporaries(lists_bytes)
        .changes_the_algorithm(),
    step!(prepared cycles, "beyond the tutorial", "orbits that repeat themselves dropped too")
        .temporaries(lists_bytes)
        .changes_the_algorithm(),
    step!(prepared cycles_avx2, "beyond the tutorial", "the same with the instructions of AVX2")
        .temporaries(lists_bytes)
        .changes_the_algorithm(),
    step!(prepared cycles_portable, "beyond the tutorial", "the same without the name of an instruction")
        .temporaries(lists_bytes)
        .changes_the_algorithm(),
];

/// Two lists of seven columns at most, however large the picture.
fn lists_bytes(_: &Input) -> u64 {
    2 * 7 * 8 * ROOM as u64
}
