//! Which operations a unit of work has, and the loops that can be measured.

use validation::Work;

/// The operations of one unit of work: the counts of [`Work`], with no common factor left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mix {
    /// Additions, multiplications, divisions, square roots, integer operations, integer multiplications.
    pub(super) counts: [u64; 6],
}

impl Mix {
    /// The mix of `work`, and how many units of it there are: mandelbrot has 4 additions and 3 multiplications in one inner
    /// iteration, and as many units as iterations. `None` if the work has no operations.
    pub(super) fn of(work: &Work) -> Option<(Self, u64)> {
        let counts = [work.adds, work.muls, work.divs, work.sqrts, work.int_ops, work.int_muls];
        let units = counts.into_iter().fold(0, greatest_common_divisor);
        (units > 0).then(|| (Self { counts: counts.map(|count| count / units) }, units))
    }

    /// The position in [`BODIES`] of the loop with exactly this mix.
    pub(super) fn body(self) -> Option<usize> {
        BODIES.iter().position(|body| body.fmas == 0 && body.mix() == self)
    }
}

/// Euclid's algorithm; the divisor of 0 and n is n.
fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The instructions of one unit in a measured loop.
///
/// [`Work`] counts integer additions, shifts and logical operations together, but CPUs run them on different ports, so here they
/// are apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body {
    pub(super) name: &'static str,
    pub(super) adds: usize,
    pub(super) muls: usize,
    pub(super) fmas: usize,
    pub(super) divs: usize,
    pub(super) sqrts: usize,
    pub(super) int_adds: usize,
    pub(super) shifts: usize,
    pub(super) xors: usize,
    pub(super) int_muls: usize,
}

impl Body {
    const fn named(name: &'static str) -> Self {
        let (adds, muls, fmas, divs, sqrts, int_adds, shifts, xors, int_muls) = (0, 0, 0, 0, 0, 0, 0, 0, 0);
        Self { name, adds, muls, fmas, divs, sqrts, int_adds, shifts, xors, int_muls }
    }

    fn mix(&self) -> Mix {
        let int_ops = self.int_adds + self.shifts + self.xors;
        let counts = [self.adds, self.muls, self.divs, self.sqrts, int_ops, self.int_muls];
        Mix { counts: counts.map(|count| count as u64) }
    }
}

/// How many of [`BODIES`], from the first, have a single instruction.
pub(super) const CLASSES: usize = 7;

/// The positions in [`BODIES`] of the single instructions that [`Mix::counts`] counts, in the same order. An unknown integer
/// operation is taken for an addition, of which a CPU runs at least as many as of any other.
pub(super) const COUNTED: [usize; 6] = [0, 1, 3, 4, 5, 6];

/// Every loop that can be measured: first the single instructions, then the mixes of the problems.
pub(super) const BODIES: [Body; CLASSES + 5] = [
    Body { adds: 1, ..Body::named("add") },
    Body { muls: 1, ..Body::named("multiply") },
    Body { fmas: 1, ..Body::named("fused multiply-add") },
    Body { divs: 1, ..Body::named("divide") },
    Body { sqrts: 1, ..Body::named("square root") },
    Body { int_adds: 1, ..Body::named("integer add") },
    Body { int_muls: 1, ..Body::named("integer multiply") },
    Body { adds: 4, muls: 3, ..Body::named("mandelbrot") },
    Body { adds: 1, muls: 1, ..Body::named("expression") },
    Body { adds: 3, muls: 4, divs: 2, sqrts: 1, ..Body::named("particles") },
    Body { adds: 3, muls: 2, sqrts: 1, ..Body::named("distance") },
    // A draw from SplitMix64 adds once, shifts and xors three times, multiplies twice; one more shift makes it a double.
    Body { adds: 3, muls: 4, int_adds: 2, shifts: 8, xors: 6, int_muls: 4, ..Body::named("pi") },
];

/// Instantiates `$run::<0>`, `$run::<1>`, ... for all of [`BODIES`], as an array.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! for_all_bodies {
    ($run:ident) => {
        [
            $run::<0>, $run::<1>, $run::<2>, $run::<3>, $run::<4>, $run::<5>, $run::<6>, $run::<7>, $run::<8>,
            $run::<9>, $run::<10>, $run::<11>,
        ]
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) use for_all_bodies;

#[cfg(test)]
mod tests {
    use validation::{Mandelbrot, Pi, Problem, mandelbrot, pi};

    use super::*;

    #[test]
    fn the_divisor_is_the_greatest() {
        assert_eq!(greatest_common_divisor(0, 0), 0);
        assert_eq!(greatest_common_divisor(0, 7), 7);
        assert_eq!(greatest_common_divisor(7, 0), 7);
        assert_eq!(greatest_common_divisor(12, 18), 6);
        assert_eq!(greatest_common_divisor(u64::MAX, u64::MAX - 1), 1);
    }

    #[test]
    fn a_mix_has_no_common_factor() {
        let work = Work { adds: 400, muls: 300, bytes_written: 7, ..Work::default() };
        let (mix, units) = Mix::of(&work).unwrap();
        assert_eq!(mix.counts, [4, 3, 0, 0, 0, 0]);
        assert_eq!(units, 100);
        assert_eq!(Mix::of(&Work { bytes_read: 8, ..Work::default() }), None);
    }

    #[test]
    fn every_problem_has_its_loop() {
        let named = |work: Work| Mix::of(&work).and_then(|(mix, _)| mix.body()).map(|body| BODIES[body].name);
        let work = Work { adds: 2, muls: 2, ..Work::default() };
        assert_eq!(named(work.times(10)), Some("expression"));
        let work = Work { adds: 3, muls: 4, divs: 2, sqrts: 1, ..Work::default() };
        assert_eq!(named(work.times(10)), Some("particles"));
        let work = Work { adds: 3, muls: 2, sqrts: 1, ..Work::default() };
        assert_eq!(named(work.times(10)), Some("distance"));

        let sizes = mandelbrot::Sizes { width: 9, height: 7, max_iterations: 20 };
        let work = Mandelbrot::work(&Mandelbrot::input(&sizes).unwrap());
        assert_eq!(named(work), Some("mandelbrot"));
        let work = Pi::work(&Pi::input(&pi::Sizes { chunks: 3, samples: 5 }).unwrap());
        assert_eq!(named(work), Some("pi"));

        assert_eq!(named(Work { adds: 5, muls: 3, ..Work::default() }), None);
    }

    #[test]
    fn the_single_instructions_are_where_the_counts_say() {
        for (class, body) in COUNTED.into_iter().enumerate() {
            let mut counts = [0; 6];
            counts[class] = 1;
            assert_eq!(Mix { counts }.body(), Some(body));
        }
    }
}
