//! Orbits that have not escaped yet, in lists without gaps.

use std::arch::x86_64::*;

use num_complex::Complex;

use super::registers::avx512::{load, store};
use super::vectors::MOST_VECTORS;

/// Points in a list of [`Orbits`]: its five columns of doubles fit into the second cache.
pub(super) const TILE: usize = 8192;

/// The orbits that have not escaped yet, without gaps: a column for each coordinate, and for the place of the point in its tile.
pub(super) struct Orbits {
    zx: Vec<f64>,
    zy: Vec<f64>,
    qx: Vec<f64>,
    qy: Vec<f64>,
    place: Vec<f64>,
    kept: usize,
}

impl Orbits {
    /// Room for a tile and, behind it, for a block that is not full.
    pub(super) fn with_room() -> Self {
        let column = || vec![0.0; TILE + 8 * MOST_VECTORS];
        Self { zx: column(), zy: column(), qx: column(), qy: column(), place: column(), kept: 0 }
    }

    /// All points of a tile, at zero.
    pub(super) fn begin(&mut self, q: &[Complex<f64>]) {
        self.kept = q.len();
        self.zx[..q.len()].fill(0.0);
        self.zy[..q.len()].fill(0.0);
        for (lane, q) in q.iter().enumerate() {
            (self.qx[lane], self.qy[lane], self.place[lane]) = (q.re, q.im, lane as f64);
        }
    }

    pub(super) fn any(&self) -> bool {
        self.kept > 0
    }

    /// How many there are. They stay where they are until others are kept in their place.
    pub(super) fn take(&mut self) -> usize {
        std::mem::take(&mut self.kept)
    }

    pub(super) fn zx(&self, block: usize, v: usize) -> &[f64; 8] {
        vector(&self.zx, block + 8 * v)
    }

    pub(super) fn zy(&self, block: usize, v: usize) -> &[f64; 8] {
        vector(&self.zy, block + 8 * v)
    }

    pub(super) fn qx(&self, block: usize, v: usize) -> &[f64; 8] {
        vector(&self.qx, block + 8 * v)
    }

    pub(super) fn qy(&self, block: usize, v: usize) -> &[f64; 8] {
        vector(&self.qy, block + 8 * v)
    }

    /// The lanes whose point is so far inside of the circle of radius 2 that an orbit which has left it does not come back.
    #[target_feature(enable = "avx512f")]
    pub(super) fn well_inside(&self, block: usize, v: usize) -> u8 {
        let (qx, qy) = (load(self.qx(block, v)), load(self.qy(block, v)));
        let norm = _mm512_add_pd(_mm512_mul_pd(qx, qx), _mm512_mul_pd(qy, qy));
        _mm512_cmp_pd_mask::<_CMP_LE_OQ>(norm, _mm512_set1_pd(3.99))
    }

    /// Keeps these lanes of a vector, with a new z. What is written lies below the end of this vector: nothing is lost that is
    /// still to be read.
    #[target_feature(enable = "avx512f")]
    pub(super) fn keep(&mut self, from: usize, lanes: u8, zx: __m512d, zy: __m512d) {
        let to = self.kept;
        if lanes == 0 {
            return;
        }
        let [qx, qy, place] = [&self.qx, &self.qy, &self.place].map(|column| *vector(column, from));
        store(vector_mut(&mut self.zx, to), _mm512_maskz_compress_pd(lanes, zx));
        store(vector_mut(&mut self.zy, to), _mm512_maskz_compress_pd(lanes, zy));
        store(vector_mut(&mut self.qx, to), _mm512_maskz_compress_pd(lanes, load(&qx)));
        store(vector_mut(&mut self.qy, to), _mm512_maskz_compress_pd(lanes, load(&qy)));
        store(vector_mut(&mut self.place, to), _mm512_maskz_compress_pd(lanes, load(&place)));
        self.kept += lanes.count_ones() as usize;
    }

    /// Adds these lanes of a vector of another list.
    #[target_feature(enable = "avx512f")]
    pub(super) fn copy(&mut self, other: &Self, from: usize, lanes: u8) {
        for lane in (0..8).filter(|lane| lanes >> lane & 1 == 1) {
            self.zx[self.kept] = other.zx[from + lane];
            self.zy[self.kept] = other.zy[from + lane];
            self.qx[self.kept] = other.qx[from + lane];
            self.qy[self.kept] = other.qy[from + lane];
            self.place[self.kept] = other.place[from + lane];
            self.kept += 1;
        }
    }

    /// Adds all of another list.
    pub(super) fn append(&mut self, other: &mut Self) {
        let (to, more) = (self.kept, other.take());
        self.zx[to..to + more].copy_from_slice(&other.zx[..more]);
        self.zy[to..to + more].copy_from_slice(&other.zy[..more]);
        self.qx[to..to + more].copy_from_slice(&other.qx[..more]);
        self.qy[to..to + more].copy_from_slice(&other.qy[..more]);
        self.place[to..to + more].copy_from_slice(&other.place[..more]);
        self.kept += more;
    }

    /// Writes the counts of these lanes, which are counted from iteration `first`.
    pub(super) fn escape(&self, from: usize, lanes: u8, first: u32, count: [u32; 8], counts: &mut [u32]) {
        let mut lanes = lanes;
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            counts[self.place[from + lane] as usize] = first + count[lane];
            lanes &= lanes - 1;
        }
    }
}

/// The lanes of the vector from `from` that lie below `end`.
pub(super) fn lanes_below(end: usize, from: usize) -> u8 {
    let lanes = end.saturating_sub(from).min(8);
    ((1_u32 << lanes) - 1) as u8
}

fn vector(column: &[f64], from: usize) -> &[f64; 8] {
    column[from..].first_chunk().expect("a column has room for a block more")
}

fn vector_mut(column: &mut [f64], from: usize) -> &mut [f64; 8] {
    column[from..].first_chunk_mut().expect("a column has room for a block more")
}
