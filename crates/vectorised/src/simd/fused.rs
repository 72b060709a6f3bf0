//! Quotients, square roots and reciprocals from fused multiply-adds, rounded as the divider rounds them.
//!
//! What is said here holds for normal numbers and rounding to nearest. u is 2^-53. Signs and powers of two (of four, for a root) change
//! nothing, so 1 <= n < 2 and 1 <= x < 2, and an *ulp* is the distance of two neighbouring numbers where the result lies.
//!
//! **A quotient x / n**, where r is 1 / n correctly rounded ([`quotient`]). q = x * r, rounded, is less than 1.5 ulp from x / n. The rest
//! x - n * q is exact, if it does not lie below the smallest number: |x| >= 2^-968 is enough where n is at most 2^53. So the last operation
//! rounds q + (x - n * q) * r = x / n + (n * r - 1) * (x / n - q), and it only matters whether a midpoint of two neighbours lies between
//! this number and x / n. x / n is no midpoint, and never nearer to one than ulp * u / n. There q is the neighbour on either side, half an
//! ulp away: it could be 1.5 ulp away only if x and n were among the last few numbers below 2. So with |n * r - 1| <= n * u / 2 the error is
//! less than ulp * n * u / 4, and n * n < 4. (Source: P. Markstein, *Computation of elementary functions on the IBM RISC System/6000 processor*, IBM Journal of Research
//! and Development 34 (1990); M. Cornea, J. Harrison, P. T. P. Tang, *Scientific Computing on Itanium-based Systems*, 2002.)
//!
//! For n below the last few numbers under 2 the argument has room for an r that is wrong by half an ulp and a little.
//! The sign of a zero is lost: -0 / n becomes +0.
//!
//! **A root** ([`root_and_inverse`]). After the coupled steps root and half inverse have relative errors below 2^-27, and the next correction
//! leaves a root that is less than an ulp from the true one. Then comes the inverse of twice that root, correct to half an ulp and a little,
//! and one more correction. Let M + 1/2 be the midpoint next to the true root, in ulp. Then s = M * M + M + k for a whole number k, which is
//! even, because s and M * M + M are. The true root lies (k - 1/4) / (2 M) from the midpoint, and the number that the last operation rounds
//! (k + d) / (2 M), where |d| < 1.4 is what the rounding of the half inverse does. So both lie on the same side, unless k = 0. There is a
//! double s with k = 0 only for the first M and for the last, since M * (M + 1) needs 52 factors of two: s = 1 + 2 u and s = 4 - 4 u. In
//! both, the root after the coupled steps has to be M or less, and the half inverse 1/2 or less for the first, 1/4 or less for the last: then
//! every number after them is rounded to the right side, by hand. That is what the constant of the coupled steps is for. It is less
//! than 1/2 by more than all roundings of these steps together can bring.
//!
//! **A reciprocal** is corrected once more at the end of [`root_and_inverse`]: its error is below half an ulp and 2^-48. It is correctly rounded
//! but for a few n, which are the factors of numbers very near to a power of two, and good enough for [`quotient`] there. For the last few
//! n it has to be right. By itself the correction would fail where the significand is all ones: it would end at the midpoint itself. So it
//! is made larger by two u of it.
#![cfg_attr(
    not(any(test, target_arch = "x86_64")),
    expect(dead_code, reason = "the kernels name instructions of x86-64")
)]

use pulp::Simd;
#[cfg(target_arch = "x86_64")]
use pulp::{
    cast,
    x86::{V3, V4},
};

/// Vectors of doubles that multiply and subtract with one rounding.
pub(super) trait Fused: Simd {
    /// `c - a * b`, rounded once.
    fn minus_product(self, c: Self::f64s, a: Self::f64s, b: Self::f64s) -> Self::f64s;
}

/// Vectors with an instruction that says about what an inverse root is.
pub(super) trait Seed: Fused {
    /// The coupled steps of [`root_and_inverse`] that make a relative error of 2^-27 of the seed's.
    const STEPS: usize;

    /// 1 / sqrt(square), with the relative error that the maker of the processor promises; makers differ within it.
    fn seed(self, square: Self::f64s) -> Self::f64s;
}

#[cfg(target_arch = "x86_64")]
impl Fused for V4 {
    #[inline(always)]
    fn minus_product(self, c: Self::f64s, a: Self::f64s, b: Self::f64s) -> Self::f64s {
        cast(self.avx512f._mm512_fnmadd_pd(cast(a), cast(b), cast(c)))
    }
}

/// An error below 2^-14.
#[cfg(target_arch = "x86_64")]
impl Seed for V4 {
    const STEPS: usize = 1;

    #[inline(always)]
    fn seed(self, square: Self::f64s) -> Self::f64s {
        cast(self.avx512f._mm512_rsqrt14_pd(cast(square)))
    }
}

#[cfg(target_arch = "x86_64")]
impl Fused for V3 {
    #[inline(always)]
    fn minus_product(self, c: Self::f64s, a: Self::f64s, b: Self::f64s) -> Self::f64s {
        cast(self.fma._mm256_fnmadd_pd(cast(a), cast(b), cast(c)))
    }
}

/// An error of 1.5 * 2^-12 at most, and that of the square in single precision, which is why it has to be in the range of that.
#[cfg(target_arch = "x86_64")]
impl Seed for V3 {
    const STEPS: usize = 2;

    #[inline(always)]
    fn seed(self, square: Self::f64s) -> Self::f64s {
        cast(self.avx._mm256_cvtps_pd(self.sse._mm_rsqrt_ps(self.avx._mm256_cvtpd_ps(cast(square)))))
    }
}

// ANCHOR: quotient
/// x / n from a correctly rounded reciprocal: a product, what it leaves over, and that much more.
#[inline(always)]
pub(super) fn quotient<S: Fused>(simd: S, x: S::f64s, n: S::f64s, reciprocal: S::f64s) -> S::f64s {
    let q = simd.mul_f64s(x, reciprocal);
    let rest = simd.minus_product(x, n, q);
    simd.mul_add_f64s(rest, reciprocal, q)
}
// ANCHOR_END: quotient

// ANCHOR: root
/// The square root and the reciprocal of the root, from about 1 / sqrt(square).
#[inline(always)]
pub(super) fn root_and_inverse<S: Fused>(
    simd: S,
    square: S::f64s,
    seed: S::f64s,
    coupled_steps: usize,
) -> (S::f64s, S::f64s) {
    let mut root = simd.mul_f64s(square, seed);
    let mut half_inverse = simd.mul_f64s(simd.splat_f64s(0.5), seed);
    for _ in 0..coupled_steps {
        // A little less than one half: a root from above could be rounded up where it should not.
        let error = simd.minus_product(simd.splat_f64s(0.5 - f64::EPSILON), root, half_inverse);
        root = simd.mul_add_f64s(root, error, root);
        half_inverse = simd.mul_add_f64s(half_inverse, error, half_inverse);
    }
    let rest = simd.minus_product(square, root, root);
    root = simd.mul_add_f64s(rest, half_inverse, root);
    let one = simd.splat_f64s(1.0);
    let error = simd.minus_product(one, root, simd.add_f64s(half_inverse, half_inverse));
    half_inverse = simd.mul_add_f64s(half_inverse, error, half_inverse);
    let rest = simd.minus_product(square, root, root);
    root = simd.mul_add_f64s(rest, half_inverse, root);
    let inverse = simd.add_f64s(half_inverse, half_inverse);
    let error = simd.minus_product(one, root, inverse);
    // A little more than the inverse: where all bits of the root are ones, the sum would lie exactly between two numbers.
    let more = simd.mul_f64s(half_inverse, simd.splat_f64s(2.0 + 2.0 * f64::EPSILON));
    (root, simd.mul_add_f64s(more, error, inverse))
}
// ANCHOR_END: root

#[cfg(test)]
mod tests;
