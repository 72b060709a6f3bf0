//! Why NumPy gets a different sum: a multiplication and an addition that are rounded once instead of twice.
//!
//! NumPy multiplies complex numbers with vector instructions. Where the processor has fused multiply-add, the real part is
//! `fma(re, re, -(im * im))` and the imaginary part `fma(re, im, im * re)`: the second product is rounded, the first is not. Near
//! the edge of the set one unit in the last place decides, some iterations later, when a point escapes. Source:
//! `loops_arithm_fp.dispatch.c.src` of NumPy, `simd_cmul`.

use validation::mandelbrot::{Input, Output};

// ANCHOR: contracted
/// The plain loop with NumPy's fused complex multiplication, and a count for each point of `input`, row by row.
///
/// It is written with [`f64::mul_add`], which rounds once on every processor. It is no step: its answer is another one.
pub fn contracted(input: &Input) -> Output {
    let mut counts = vec![0; input.q().len()];
    for (count, q) in counts.iter_mut().zip(input.q()) {
        let (mut zx, mut zy) = (0.0_f64, 0.0_f64);
        for iteration in 0..input.max_iterations {
            let zx_new = zx.mul_add(zx, -(zy * zy)) + q.re;
            zy = zx.mul_add(zy, zy * zx) + q.im;
            zx = zx_new;
            if zx * zx + zy * zy > 4.0 {
                *count = iteration;
                break;
            }
        }
    }
    counts
}
// ANCHOR_END: contracted

/// How two answers to the same input differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Points with another count.
    pub points: usize,
    /// Points whose count is larger in the second answer.
    pub larger: usize,
    /// Points that escape in one answer, and never do in the other.
    pub one_never_escapes: usize,
    /// The largest difference of two counts.
    pub largest: u32,
    /// The sum of the second answer minus that of the first.
    pub of_sums: i64,
}

/// Compares two answers, point by point.
///
/// # Panics
/// When they have not the same length.
pub fn difference(exact: &Output, other: &Output) -> Difference {
    assert_eq!(exact.len(), other.len(), "two answers to the same input");
    let mut difference = Difference::default();
    for (&exact, &other) in exact.iter().zip(other).filter(|(exact, other)| exact != other) {
        difference.points += 1;
        difference.larger += usize::from(other > exact);
        difference.one_never_escapes += usize::from(exact == 0 || other == 0);
        difference.largest = difference.largest.max(exact.abs_diff(other));
        difference.of_sums += i64::from(other) - i64::from(exact);
    }
    difference
}

#[cfg(test)]
mod tests {
    use validation::mandelbrot::{Sizes, reference};
    use validation::{Mandelbrot, Problem};

    use super::*;

    fn both(width: usize, height: usize, max_iterations: u32) -> (Output, Output) {
        let input = Mandelbrot::input(&Sizes { width, height, max_iterations }).unwrap();
        let mut exact = Mandelbrot::output(&input);
        reference(&input, &mut exact);
        (exact, contracted(&input))
    }

    /// The sums that NumPy 2.4 gives on a processor with AVX-512; the first differs from the exact one by the points that are
    /// counted here.
    #[test]
    fn numpys_sums_come_from_the_fused_multiplication() {
        let (exact, fused) = both(500, 500, 1000);
        assert_eq!([&exact, &fused].map(Mandelbrot::validation_sum), ["1148485", "1148517"]);
        let expected = Difference { points: 19, larger: 7, one_never_escapes: 4, largest: 986, of_sums: 32 };
        assert_eq!(difference(&exact, &fused), expected);
        let (exact, fused) = both(333, 222, 777);
        assert_eq!([&exact, &fused].map(Mandelbrot::validation_sum), ["315883", "316557"]);
        assert_eq!(difference(&exact, &fused).points, 4);
    }

    #[test]
    fn small_pictures_have_no_point_so_near_the_edge() {
        for (width, height, max_iterations) in [(50, 50, 30), (100, 100, 300), (250, 250, 500)] {
            let (exact, fused) = both(width, height, max_iterations);
            assert_eq!(difference(&exact, &fused), Difference::default());
        }
    }
}
