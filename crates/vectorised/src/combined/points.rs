//! Points whose orbits have not ended yet: a column for each coordinate, without gaps.

use std::array;

use pulp::bytemuck::{cast_slice, cast_slice_mut};

use super::lanes::Lanes;
use crate::simd::MOST_VECTORS;

/// Points in a list: its columns of doubles fit into the second cache.
pub(super) const TILE: usize = 4096;

/// Doubles in a column: a tile and, behind it, a block that is not full.
pub(super) const ROOM: usize = TILE + 8 * MOST_VECTORS;

/// How far inside of a bulb a point has to be, in the units of the two formulas. Near the edge neither rises by more than twice the
/// distance, so that every point within 10^-12 of the edge is left to the loop.
const MARGIN: f64 = 2e-12;

/// The columns: the orbit, the point, and the place of the point in its tile. Lists with more of them remember where the orbit was.
pub(super) const ZX: usize = 0;
pub(super) const ZY: usize = 1;
pub(super) const QX: usize = 2;
pub(super) const QY: usize = 3;
const PLACE: usize = 4;
const REMEMBERED_X: usize = 5;
const REMEMBERED_Y: usize = 6;

/// Added to a whole number, which then stands in the last bits: much faster to read than a number that has to be converted.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// The whole number below 2^32 that was added to [`WHOLE`].
#[inline(always)]
fn last_bits(number: f64) -> u32 {
    number.to_bits() as u32
}

/// Points that are still at work.
pub(super) struct Points<const COLUMNS: usize> {
    columns: [Vec<f64>; COLUMNS],
    kept: usize,
}

/// Points at work, and those of them that have to be looked at again.
pub(super) type Lists<const COLUMNS: usize> = [Points<COLUMNS>; 2];

/// What a kernel works with, made once.
pub(super) trait WithRoom {
    /// Room for a tile and, behind it, for a block that is not full.
    fn with_room() -> Self;
}

impl<const COLUMNS: usize> WithRoom for Points<COLUMNS> {
    fn with_room() -> Self {
        Self { columns: array::from_fn(|_| vec![0.0; ROOM]), kept: 0 }
    }
}

impl<const COLUMNS: usize> WithRoom for Lists<COLUMNS> {
    fn with_room() -> Self {
        array::from_fn(|_| Points::with_room())
    }
}

impl<const COLUMNS: usize> Points<COLUMNS> {
    pub(super) fn any(&self) -> bool {
        self.kept > 0
    }

    /// How many there are. They stay where they are until others are kept in their place.
    pub(super) fn take(&mut self) -> usize {
        std::mem::take(&mut self.kept)
    }

    /// A vector of a column.
    #[inline(always)]
    pub(super) fn load<S: Lanes>(&self, _: S, column: usize, from: usize) -> S::f64s {
        cast_slice(&self.columns[column][from..from + S::F64_LANES])[0]
    }

    /// The points of a tile, at zero, that lie in neither of the two largest parts of the set: of these it is known that they stay.
    #[inline(always)]
    pub(super) fn begin<S: Lanes>(&mut self, simd: S, xs: &[f64], ys: &[f64]) {
        let zero = simd.splat_f64s(0.0);
        self.kept = 0;
        for (row, &qy) in ys.iter().enumerate() {
            let qy = simd.splat_f64s(qy);
            for (qx, place) in xs.chunks(S::F64_LANES).zip((row * xs.len()..).step_by(S::F64_LANES)) {
                let lanes = lanes_below::<S>(qx.len(), 0);
                let qx = simd.partial_load_f64s(qx);
                let outside = lanes & simd.bits(outside_bulbs(simd, qx, qy));
                self.push(simd, outside, [zero, zero, qx, qy], place);
            }
        }
    }

    /// Adds these lanes of a vector of points: z, q, and the place of the first lane.
    #[inline(always)]
    pub(super) fn push<S: Lanes>(&mut self, simd: S, lanes: u32, [zx, zy, qx, qy]: [S::f64s; 4], place: usize) {
        if lanes != 0 {
            let numbers = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0].map(|number| number + (WHOLE + place as f64));
            let place = simd.partial_load_f64s(&numbers[..S::F64_LANES]);
            for (column, vector) in [(ZX, zx), (ZY, zy), (QX, qx), (QY, qy), (PLACE, place)] {
                self.store(simd, column, simd.compress(lanes, vector));
            }
            self.kept += lanes.count_ones() as usize;
        }
    }

    /// The lanes whose point is so far inside of the circle of radius 2 that an orbit which has left it does not come back.
    #[inline(always)]
    pub(super) fn well_inside<S: Lanes>(&self, simd: S, from: usize) -> u32 {
        let (qx, qy) = (self.load(simd, QX, from), self.load(simd, QY, from));
        let norm = simd.add_f64s(simd.mul_f64s(qx, qx), simd.mul_f64s(qy, qy));
        simd.bits(simd.less_than_or_equal_f64s(norm, simd.splat_f64s(3.99)))
    }

    /// Keeps these lanes of a vector, with a new z. What is written lies below the end of this vector: nothing is lost that is
    /// still to be read.
    #[inline(always)]
    pub(super) fn keep<S: Lanes>(&mut self, simd: S, from: usize, lanes: u32, zx: S::f64s, zy: S::f64s) {
        if lanes == every_lane::<S>() && self.kept == from {
            self.store(simd, ZX, zx);
            self.store(simd, ZY, zy);
            self.kept += S::F64_LANES;
        } else if lanes != 0 {
            for column in QX..COLUMNS {
                self.store(simd, column, simd.compress(lanes, self.load(simd, column, from)));
            }
            self.store(simd, ZX, simd.compress(lanes, zx));
            self.store(simd, ZY, simd.compress(lanes, zy));
            self.kept += lanes.count_ones() as usize;
        }
    }

    /// Adds these lanes of a vector of another list.
    #[inline(always)]
    pub(super) fn copy<S: Lanes>(&mut self, simd: S, other: &Self, from: usize, lanes: u32) {
        if lanes != 0 {
            for column in 0..COLUMNS {
                self.store(simd, column, simd.compress(lanes, other.load(simd, column, from)));
            }
            self.kept += lanes.count_ones() as usize;
        }
    }

    /// Adds all of another list.
    pub(super) fn append(&mut self, other: &mut Self) {
        let (to, more) = (self.kept, other.take());
        for (column, others) in self.columns.iter_mut().zip(&other.columns) {
            column[to..to + more].copy_from_slice(&others[..more]);
        }
        self.kept += more;
    }

    /// Remembers where each orbit is now.
    pub(super) fn remember(&mut self) {
        for (now, then) in [(ZX, REMEMBERED_X), (ZY, REMEMBERED_Y)] {
            let [now, then] = self.columns.get_disjoint_mut([now, then]).expect("they are two columns");
            then[..self.kept].copy_from_slice(&now[..self.kept]);
        }
    }

    /// The lanes whose orbit is where it was when it was remembered; none in a list that remembers nothing.
    #[inline(always)]
    pub(super) fn remembered<S: Lanes>(&self, simd: S, from: usize, zx: S::f64s, zy: S::f64s) -> u32 {
        if COLUMNS <= REMEMBERED_Y {
            return 0;
        }
        let same_x = simd.equal_f64s(zx, self.load(simd, REMEMBERED_X, from));
        simd.bits(simd.and_m64s(same_x, simd.equal_f64s(zy, self.load(simd, REMEMBERED_Y, from))))
    }

    /// Writes the counts of these lanes, which are counted from iteration `first`.
    #[inline(always)]
    pub(super) fn escape<S: Lanes>(
        &self,
        simd: S,
        from: usize,
        lanes: u32,
        first: u32,
        count: S::f64s,
        counts: &mut [u32],
    ) {
        let count = [simd.add_f64s(count, simd.splat_f64s(WHOLE + f64::from(first)))];
        let (count, places) = (cast_slice::<_, f64>(&count), &self.columns[PLACE][from..]);
        let mut lanes = lanes;
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            counts[last_bits(places[lane]) as usize] = last_bits(count[lane]);
            lanes &= lanes - 1;
        }
    }

    /// Writes a vector behind those that are kept.
    #[inline(always)]
    fn store<S: Lanes>(&mut self, _: S, column: usize, vector: S::f64s) {
        cast_slice_mut(&mut self.columns[column][self.kept..self.kept + S::F64_LANES])[0] = vector;
    }
}

/// The bits of all lanes.
pub(super) fn every_lane<S: Lanes>() -> u32 {
    (1 << S::F64_LANES) - 1
}

/// The lanes of the vector from `from` that lie below `end`.
pub(super) fn lanes_below<S: Lanes>(end: usize, from: usize) -> u32 {
    (1 << end.saturating_sub(from).min(S::F64_LANES)) - 1
}

/// The lanes whose point lies in neither of the two largest parts of the set, or so near their edge that the loop decides.
#[inline(always)]
pub(super) fn outside_bulbs<S: Lanes>(simd: S, qx: S::f64s, qy: S::f64s) -> S::m64s {
    let qy_squared = simd.mul_f64s(qy, qy);
    let from_cusp = simd.sub_f64s(qx, simd.splat_f64s(0.25));
    let cusp_squared = simd.add_f64s(simd.mul_f64s(from_cusp, from_cusp), qy_squared);
    let cardioid = simd.mul_f64s(cusp_squared, simd.add_f64s(cusp_squared, from_cusp));
    let edge = simd.sub_f64s(simd.mul_f64s(simd.splat_f64s(0.25), qy_squared), simd.splat_f64s(MARGIN));
    let from_center = simd.add_f64s(qx, simd.splat_f64s(1.0));
    let disc = simd.add_f64s(simd.mul_f64s(from_center, from_center), qy_squared);
    let outside_disc = simd.less_than_f64s(simd.splat_f64s(0.0625 - MARGIN), disc);
    simd.and_m64s(simd.less_than_f64s(edge, cardioid), outside_disc)
}

/// Writes a vector of counts, or the first lanes of it.
#[inline(always)]
pub(super) fn write_counts<S: Lanes>(simd: S, count: S::f64s, counts: &mut [u32]) {
    let count = [simd.add_f64s(count, simd.splat_f64s(WHOLE))];
    for (count, &lane) in counts.iter_mut().zip(cast_slice::<_, f64>(&count)) {
        *count = last_bits(lane);
    }
}
