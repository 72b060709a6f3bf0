//! Stores that go past the caches.
//!
//! An ordinary store to a line that is not in the cache reads the line from memory first, to write it back later: three transfers where
//! two would do, when the old line is of no use. A non-temporal store collects a whole line in the processor and sends it off.

#![expect(unsafe_code, reason = "the compiler never uses these stores by itself")]

/// A right to store past the caches. When it ends, all that was stored is visible to other threads.
pub(crate) struct Stream(());

impl Stream {
    pub(crate) fn begin() -> Self {
        Self(())
    }

    /// Copies `from` to `to`, which have the same length, past the caches where this processor can.
    pub(crate) fn copy(&self, to: &mut [f64], from: &[f64]) {
        assert_eq!(to.len(), from.len());
        #[cfg(target_arch = "x86_64")]
        {
            // Non-temporal stores want whole lines. What lies before the first and behind the last is copied as usual.
            let head = to.as_ptr().align_offset(64).min(to.len());
            let (head_to, to) = to.split_at_mut(head);
            let (head_from, from) = from.split_at(head);
            head_to.copy_from_slice(head_from);
            let lines = to.len() / 8 * 8;
            let (to, tail_to) = to.split_at_mut(lines);
            let (from, tail_from) = from.split_at(lines);
            tail_to.copy_from_slice(tail_from);
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has AVX-512F; `to` begins at a multiple of 64 bytes, and both slices have whole lines.
                unsafe { x86::lines_avx512(to, from) }
            } else if std::arch::is_x86_feature_detected!("avx") {
                // SAFETY: the processor has AVX; `to` begins at a multiple of 64 bytes, and both slices have whole lines.
                unsafe { x86::lines_avx(to, from) }
            } else {
                to.copy_from_slice(from);
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        to.copy_from_slice(from);
    }
}

impl Drop for Stream {
    /// Non-temporal stores are not ordered with others: without a fence another thread could see the end of the work before the work.
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 processor has SSE.
        unsafe {
            std::arch::x86_64::_mm_sfence();
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{_mm256_loadu_pd, _mm256_stream_pd, _mm512_loadu_pd, _mm512_stream_pd};

    /// # Safety
    /// The processor must have AVX-512F, `to` must begin at a multiple of 64 bytes, and both slices must have the same length, a multiple
    /// of 8.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn lines_avx512(to: &mut [f64], from: &[f64]) {
        for (to, from) in to.chunks_exact_mut(8).zip(from.chunks_exact(8)) {
            // SAFETY: both have eight doubles, and by the contract `to` is aligned.
            unsafe { _mm512_stream_pd(to.as_mut_ptr(), _mm512_loadu_pd(from.as_ptr())) };
        }
    }

    /// # Safety
    /// As [`lines_avx512`], with AVX.
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn lines_avx(to: &mut [f64], from: &[f64]) {
        for (to, from) in to.chunks_exact_mut(4).zip(from.chunks_exact(4)) {
            // SAFETY: both have four doubles, and by the contract `to` is aligned.
            unsafe { _mm256_stream_pd(to.as_mut_ptr(), _mm256_loadu_pd(from.as_ptr())) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_copied_wherever_the_slices_begin() {
        let from: Vec<f64> = (0..100).map(f64::from).collect();
        for begin in 0..10 {
            for length in [0, 1, 7, 8, 9, 40, 63] {
                let mut to = vec![-1.0; 100];
                Stream::begin().copy(&mut to[begin..begin + length], &from[3..3 + length]);
                assert_eq!(&to[begin..begin + length], &from[3..3 + length]);
                assert!(to[..begin].iter().chain(&to[begin + length..]).all(|&value| value == -1.0));
            }
        }
    }
}
