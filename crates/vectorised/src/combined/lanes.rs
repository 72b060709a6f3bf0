//! Vectors of which some lanes move to the front, on each kind of CPU.
//!
//! The arithmetic is pulp's, as in the step [`dispatched`](crate::simd::mandelbrot::dispatched). What it has no word for is here.

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};
use pulp::{Simd, cast};

/// Vectors of doubles whose masks are numbers and whose lanes can close ranks.
pub(super) trait Lanes: Simd {
    /// A bit for each lane, the first lane's is the lowest.
    fn bits(self, mask: Self::m64s) -> u32;

    /// The lanes of these bits, in their order, in front of whatever comes.
    fn compress(self, bits: u32, vector: Self::f64s) -> Self::f64s;

    /// Twice the product, plus something. Doubling is exact, so fusing it with the sum changes no bit.
    fn double_plus(self, product: Self::f64s, plus: Self::f64s) -> Self::f64s;
}

#[cfg(target_arch = "x86_64")]
impl Lanes for V4 {
    #[inline(always)]
    fn bits(self, mask: Self::m64s) -> u32 {
        u32::from(mask.0)
    }

    #[inline(always)]
    fn compress(self, bits: u32, vector: Self::f64s) -> Self::f64s {
        cast(self.avx512f._mm512_maskz_compress_pd(bits as u8, cast(vector)))
    }

    #[inline(always)]
    fn double_plus(self, product: Self::f64s, plus: Self::f64s) -> Self::f64s {
        self.mul_add_e_f64s(product, self.splat_f64s(2.0), plus)
    }
}

/// Where each half of a double comes from when the lanes of these bits close ranks: AVX2 moves lanes by a list, not by a mask.
#[cfg(target_arch = "x86_64")]
const ORDERS: [[u32; 8]; 16] = {
    let mut orders = [[0; 8]; 16];
    let mut bits = 0;
    while bits < 16 {
        let (mut lane, mut to) = (0, 0);
        while lane < 4 {
            if bits >> lane & 1 == 1 {
                (orders[bits][to], orders[bits][to + 1]) = (2 * lane, 2 * lane + 1);
                to += 2;
            }
            lane += 1;
        }
        bits += 1;
    }
    orders
};

#[cfg(target_arch = "x86_64")]
impl Lanes for V3 {
    #[inline(always)]
    fn bits(self, mask: Self::m64s) -> u32 {
        self.avx._mm256_movemask_pd(cast(mask)) as u32
    }

    #[inline(always)]
    fn compress(self, bits: u32, vector: Self::f64s) -> Self::f64s {
        cast(self.avx2._mm256_permutevar8x32_epi32(cast(vector), cast(ORDERS[bits as usize & 15])))
    }

    #[inline(always)]
    fn double_plus(self, product: Self::f64s, plus: Self::f64s) -> Self::f64s {
        self.mul_add_e_f64s(product, self.splat_f64s(2.0), plus)
    }
}

/// Eight doubles in whatever registers the compiler has, on any CPU.
pub(super) type Portable = pulp::Scalar512b;

impl Lanes for Portable {
    #[inline(always)]
    fn bits(self, mask: Self::m64s) -> u32 {
        let lanes: [u64; 8] = cast(mask);
        (0..8).map(|lane| ((lanes[lane] & 1) as u32) << lane).sum()
    }

    #[inline(always)]
    fn compress(self, bits: u32, vector: Self::f64s) -> Self::f64s {
        let lanes: [f64; 8] = cast(vector);
        let (mut front, mut kept) = ([0.0; 8], 0);
        for (lane, &number) in lanes.iter().enumerate() {
            front[kept & 7] = number;
            kept += (bits >> lane & 1) as usize;
        }
        cast(front)
    }

    #[inline(always)]
    fn double_plus(self, product: Self::f64s, plus: Self::f64s) -> Self::f64s {
        self.add_f64s(self.add_f64s(product, product), plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closes_ranks<S: Lanes>(simd: S) {
        let count = S::F64_LANES;
        let numbers: Vec<f64> = (1..=count).map(|lane| lane as f64).collect();
        for bits in 0..1_u32 << count {
            let wanted: Vec<f64> = numbers
                .iter()
                .enumerate()
                .filter(|(lane, _)| bits >> lane & 1 == 1)
                .map(|(_, &number)| number)
                .collect();
            let vector = simd.partial_load_f64s(&numbers);
            let marks: Vec<f64> = (0..count).map(|lane| f64::from(bits >> lane & 1)).collect();
            let mask = simd.equal_f64s(simd.partial_load_f64s(&marks), simd.splat_f64s(1.0));
            assert_eq!(simd.bits(mask), bits);
            let mut found = vec![0.0; count];
            simd.partial_store_f64s(&mut found, simd.compress(bits, vector));
            assert_eq!(found[..wanted.len()], wanted[..], "{bits:b}");
        }
    }

    #[test]
    fn the_lanes_of_a_mask_close_ranks() {
        closes_ranks(Portable {});
        #[cfg(target_arch = "x86_64")]
        {
            V3::try_new().into_iter().for_each(closes_ranks);
            V4::try_new().into_iter().for_each(closes_ranks);
        }
    }
}
