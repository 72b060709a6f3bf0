//! What the steps are made of: iterations of the points where they lie, and of those in a list, with the test and without it.

use pulp::bytemuck::cast_slice_mut;

use super::lanes::Lanes;
use super::points::{Points, QX, QY, ZX, ZY, lanes_below, outside_bulbs, write_counts};

/// Where the lanes begin that have no point: their orbits leave in the first iteration.
const OUTSIDE: f64 = 4.0;

// ANCHOR: tested
/// Some iterations of the points in a list, whose orbits were at iteration `first`: counts of those that escape, and the others close
/// ranks.
#[inline(always)]
pub(super) fn tested<S: Lanes, const VECTORS: usize, const COLUMNS: usize>(
    simd: S,
    points: &mut Points<COLUMNS>,
    first: u32,
    iterations: u32,
    counts: &mut [u32],
) {
    let (zero, one, four) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(4.0));
    let all = points.take();
    for block in (0..all).step_by(S::F64_LANES * VECTORS) {
        let (mut at, mut zx, mut zy) = ([block; VECTORS], [zero; VECTORS], [zero; VECTORS]);
        let (mut zx_squared, mut zy_squared) = (zx, zy);
        for v in 0..VECTORS {
            at[v] = block + S::F64_LANES * v;
            (zx[v], zy[v]) = (points.load(simd, ZX, at[v]), points.load(simd, ZY, at[v]));
            (zx_squared[v], zy_squared[v]) = (simd.mul_f64s(zx[v], zx[v]), simd.mul_f64s(zy[v], zy[v]));
        }
        let mut inside = [simd.equal_f64s(zero, zero); VECTORS];
        let mut count = [zero; VECTORS];
        for _ in 0..iterations {
            let mut any = simd.less_than_f64s(zero, zero);
            for v in 0..VECTORS {
                let product = simd.mul_f64s(zx[v], zy[v]);
                zy[v] = simd.add_f64s(simd.add_f64s(product, product), points.load(simd, QY, at[v]));
                zx[v] = simd.add_f64s(simd.sub_f64s(zx_squared[v], zy_squared[v]), points.load(simd, QX, at[v]));
                (zx_squared[v], zy_squared[v]) = (simd.mul_f64s(zx[v], zx[v]), simd.mul_f64s(zy[v], zy[v]));
                let norm = simd.add_f64s(zx_squared[v], zy_squared[v]);
                inside[v] = simd.and_m64s(inside[v], simd.less_than_or_equal_f64s(norm, four));
                count[v] = simd.select_f64s(inside[v], simd.add_f64s(count[v], one), count[v]);
                any = simd.or_m64s(any, inside[v]);
            }
            if simd.bits(any) == 0 {
                break;
            }
        }
        for v in 0..VECTORS {
            let (lanes, inside) = (lanes_below::<S>(all, at[v]), simd.bits(inside[v]));
            points.escape(simd, at[v], lanes & !inside, first, count[v], counts);
            points.keep(simd, at[v], lanes & inside, zx[v], zy[v]);
        }
    }
}
// ANCHOR_END: tested

// ANCHOR: start
/// The first iterations of a tile, where its points lie: counts of those that escape, a list of those that do not. Points of the two largest
/// parts of the set are known to stay, and are in neither.
#[inline(always)]
pub(super) fn start<S: Lanes, const VECTORS: usize, const COLUMNS: usize>(
    simd: S,
    points: &mut Points<COLUMNS>,
    (xs, ys): (&[f64], &[f64]),
    iterations: u32,
    counts: &mut [u32],
) {
    let (zero, one, four) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(4.0));
    points.take();
    for ((row, &y), counts) in ys.iter().enumerate().zip(counts.chunks_exact_mut(xs.len())) {
        let qy = simd.splat_f64s(y);
        for (block, x) in xs.chunks(S::F64_LANES * VECTORS).enumerate() {
            let at = block * S::F64_LANES * VECTORS;
            let mut qx = [simd.splat_f64s(OUTSIDE); VECTORS];
            cast_slice_mut(&mut qx)[..x.len()].copy_from_slice(x);
            let (mut zx, mut zy) = ([zero; VECTORS], [zero; VECTORS]);
            let (mut zx_squared, mut zy_squared) = (zx, zy);
            let (mut inside, mut count) = ([simd.equal_f64s(zero, zero); VECTORS], [zero; VECTORS]);
            for v in 0..VECTORS {
                inside[v] = outside_bulbs(simd, qx[v], qy);
            }
            for _ in 0..iterations {
                let mut any = simd.less_than_f64s(zero, zero);
                for v in 0..VECTORS {
                    let product = simd.mul_f64s(zx[v], zy[v]);
                    zy[v] = simd.add_f64s(simd.add_f64s(product, product), qy);
                    zx[v] = simd.add_f64s(simd.sub_f64s(zx_squared[v], zy_squared[v]), qx[v]);
                    (zx_squared[v], zy_squared[v]) = (simd.mul_f64s(zx[v], zx[v]), simd.mul_f64s(zy[v], zy[v]));
                    let norm = simd.add_f64s(zx_squared[v], zy_squared[v]);
                    inside[v] = simd.and_m64s(inside[v], simd.less_than_or_equal_f64s(norm, four));
                    count[v] = simd.select_f64s(inside[v], simd.add_f64s(count[v], one), count[v]);
                    any = simd.or_m64s(any, inside[v]);
                }
                if simd.bits(any) == 0 {
                    break;
                }
            }
            for v in 0..VECTORS {
                let from = at + S::F64_LANES * v;
                if from < xs.len() {
                    let end = xs.len().min(from + S::F64_LANES);
                    write_counts(simd, simd.select_f64s(inside[v], zero, count[v]), &mut counts[from..end]);
                    let place = row * xs.len() + from;
                    points.push(simd, simd.bits(inside[v]), [zx[v], zy[v], qx[v], qy], place);
                }
            }
        }
    }
}
// ANCHOR_END: start

// ANCHOR: untested
/// Some iterations without a test. Orbits that are not inside at the end go into another list, as they were at the beginning; the others
/// close ranks, without those that are where they were when they were remembered: they go round for ever.
#[inline(always)]
pub(super) fn untested<S: Lanes, const VECTORS: usize, const COLUMNS: usize>(
    simd: S,
    points: &mut Points<COLUMNS>,
    iterations: u32,
    suspects: &mut Points<COLUMNS>,
) {
    let (zero, four) = (simd.splat_f64s(0.0), simd.splat_f64s(4.0));
    let all = points.take();
    for block in (0..all).step_by(S::F64_LANES * VECTORS) {
        let (mut at, mut zx, mut zy) = ([block; VECTORS], [zero; VECTORS], [zero; VECTORS]);
        for v in 0..VECTORS {
            at[v] = block + S::F64_LANES * v;
            (zx[v], zy[v]) = (points.load(simd, ZX, at[v]), points.load(simd, ZY, at[v]));
        }
        for _ in 0..iterations {
            for v in 0..VECTORS {
                let product = simd.mul_f64s(zx[v], zy[v]);
                let squares = simd.sub_f64s(simd.mul_f64s(zx[v], zx[v]), simd.mul_f64s(zy[v], zy[v]));
                zy[v] = simd.double_plus(product, points.load(simd, QY, at[v]));
                zx[v] = simd.add_f64s(squares, points.load(simd, QX, at[v]));
            }
        }
        for v in 0..VECTORS {
            let norm = simd.add_f64s(simd.mul_f64s(zx[v], zx[v]), simd.mul_f64s(zy[v], zy[v]));
            let lanes = lanes_below::<S>(all, at[v]);
            let inside = simd.bits(simd.less_than_or_equal_f64s(norm, four)) & points.well_inside(simd, at[v]);
            suspects.copy(simd, points, at[v], lanes & !inside);
            let again = points.remembered(simd, at[v], zx[v], zy[v]);
            points.keep(simd, at[v], lanes & inside & !again, zx[v], zy[v]);
        }
    }
}
// ANCHOR_END: untested
