//! What registers are filled from and emptied into: references to as many numbers as a register has.
#![expect(unsafe_code, reason = "the instructions take addresses")]

/// What the registers of AVX2 are filled from and emptied into.
#[cfg(target_arch = "x86_64")]
pub(super) mod avx2 {
    use std::arch::x86_64::*;

    /// Four doubles in a register.
    #[target_feature(enable = "avx2")]
    pub(crate) fn load(lanes: &[f64; 4]) -> __m256d {
        // SAFETY: the reference is to as many doubles as are read, and the load asks for no alignment.
        unsafe { _mm256_loadu_pd(lanes.as_ptr()) }
    }

    /// Counts as numbers.
    #[target_feature(enable = "avx2")]
    pub(crate) fn numbers(lanes: __m256i) -> [u32; 4] {
        let mut numbers = [0_u64; 4];
        // SAFETY: the array has as many numbers as are written, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), lanes) };
        numbers.map(|number| number as u32)
    }
}

/// What the registers of NEON are filled from and emptied into.
#[cfg(target_arch = "aarch64")]
pub(super) mod neon {
    use std::arch::aarch64::*;

    /// Two doubles in a register.
    #[target_feature(enable = "neon")]
    pub(crate) fn load(lanes: &[f64; 2]) -> float64x2_t {
        // SAFETY: the reference is to as many doubles as are read.
        unsafe { vld1q_f64(lanes.as_ptr()) }
    }

    /// Counts as numbers.
    #[target_feature(enable = "neon")]
    pub(crate) fn numbers(lanes: uint64x2_t) -> [u32; 2] {
        let mut numbers = [0_u64; 2];
        // SAFETY: the array has as many numbers as are written.
        unsafe { vst1q_u64(numbers.as_mut_ptr(), lanes) };
        numbers.map(|number| number as u32)
    }
}

/// What the registers of AVX-512 are filled from and emptied into.
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512 {
    use std::arch::x86_64::*;

    /// Eight doubles in a register.
    #[target_feature(enable = "avx512f")]
    pub(crate) fn load(lanes: &[f64; 8]) -> __m512d {
        // SAFETY: the reference is to as many doubles as are read, and the load asks for no alignment.
        unsafe { _mm512_loadu_pd(lanes.as_ptr()) }
    }

    /// Counts as numbers.
    #[target_feature(enable = "avx512f")]
    pub(crate) fn numbers(lanes: __m512d) -> [u32; 8] {
        let mut numbers = [0; 8];
        // SAFETY: the array has as many numbers as are written, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), _mm512_cvtpd_epi32(lanes)) };
        numbers
    }

    /// Writes eight doubles.
    #[target_feature(enable = "avx512f")]
    pub(crate) fn store(lanes: &mut [f64; 8], values: __m512d) {
        // SAFETY: the reference is to as many doubles as are written, and the store asks for no alignment.
        unsafe { _mm512_storeu_pd(lanes.as_mut_ptr(), values) }
    }
}
