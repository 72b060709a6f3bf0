//! The kernels against the plain loop, where their shortcuts could be wrong: at the edges of the bulbs, and for sizes that fit nothing.

use std::f64::consts::TAU;

use num_complex::Complex;
use pulp::Simd;
use validation::random::uniform;

use super::lanes::{Lanes, Portable};
use super::mandelbrot::{avx2_rows, portable_rows, rows};
use super::points::{TILE, outside_bulbs};
use super::{Picture, Rows};

/// The count of a point, by the loop.
fn count(qx: f64, qy: f64, max_iterations: u32) -> u32 {
    let (mut zx, mut zy) = (0.0_f64, 0.0_f64);
    for iteration in 0..max_iterations {
        (zx, zy) = ((zx * zx - zy * zy) + qx, (zx * zy + zy * zx) + qy);
        if zx * zx + zy * zy > 4.0 {
            return iteration;
        }
    }
    0
}

/// Compares all kernels with the loop on a window of the plane.
fn same(kernels: &mut [Rows], xs: &[f64], ys: &[f64], max_iterations: u32) {
    let wanted: Vec<u32> = ys.iter().flat_map(|&y| xs.iter().map(move |&x| count(x, y, max_iterations))).collect();
    for rows in kernels {
        let mut counts = vec![u32::MAX; wanted.len()];
        rows.run(Picture { xs, ys, max_iterations, counts: &mut counts });
        assert!(counts == wanted, "xs {xs:?}, ys {ys:?}, {max_iterations} iterations: {counts:?} and not {wanted:?}");
    }
}

fn kernels() -> Vec<Rows> {
    [rows(), portable_rows()].into_iter().chain(avx2_rows()).collect()
}

/// A point of the edge of one of the two bulbs, and the direction in which the outside lies: the angle and the bulb are from 0 to 1.
fn edge(angle: f64, bulb: f64) -> (Complex<f64>, Complex<f64>) {
    let turned = Complex::from_polar(1.0, TAU * angle);
    if bulb < 0.5 {
        // z = e^(it) / 2 is a fixed point that just does not attract: q = z - z^2, and the edge's direction is its derivative.
        let z = turned / 2.0;
        let along = Complex::<f64>::i() * z * (1.0 - 2.0 * z);
        (z - z * z, along / along.norm() * -Complex::<f64>::i())
    } else {
        (turned / 4.0 - 1.0, turned)
    }
}

/// Windows of 5 by 3 points at the edges, from the size of the bulb down to the last bits.
fn windows(kernels: &mut [Rows], seed: u64, count: usize, max_iterations: u32) {
    for random in uniform(seed, 3 * count).chunks_exact(3) {
        let (center, _) = edge(random[0], random[1]);
        let step = 10.0_f64.powf(-1.0 - 15.0 * random[2]);
        let xs = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|number| center.re + number * step);
        let ys = [-1.0, 0.0, 1.0].map(|number| center.im + number * step);
        same(kernels, &xs, &ys, max_iterations);
    }
}

#[test]
fn a_hundred_thousand_windows_at_the_edges_of_the_bulbs_have_the_counts_of_the_loop() {
    windows(&mut kernels(), 1, 100_000, 100);
}

#[test]
fn windows_at_the_edges_have_the_counts_of_the_loop_after_many_iterations_too() {
    windows(&mut kernels(), 2, 200, 20_000);
}

#[test]
fn points_within_a_millionth_of_a_millionth_of_an_edge_are_left_to_the_loop() {
    let simd = Portable {};
    for random in uniform(3, 300_000).chunks_exact(3) {
        let (center, outward) = edge(random[0], random[1]);
        let point = center + outward * (2.0 * random[2] - 1.0) * 1e-12;
        let [qx, qy] = [point.re, point.im].map(|number| simd.splat_f64s(number));
        assert_eq!(simd.bits(outside_bulbs(simd, qx, qy)), 0xff, "{point}");
    }
}

#[test]
fn every_size_and_every_number_of_iterations_is_right() {
    let mut kernels = kernels();
    let axis = |count: usize, from: f64, to: f64| -> Vec<f64> {
        (0..count).map(|index| from + (to - from) * (index as f64 + 0.5) / count as f64).collect()
    };
    for width in (1..40).chain([TILE - 1, TILE, TILE + 1, 2 * TILE + 3]) {
        for height in [1, 2, 3, 17] {
            let max_iterations = [1, 7, 8, 9, 16, 17, 75, 76, 77, 136, 137, 300][(width + height) % 12];
            same(&mut kernels, &axis(width, -2.2, 0.8), &axis(height, 1.3, -1.4), max_iterations);
        }
    }
}

#[test]
fn windows_anywhere_have_the_counts_of_the_loop() {
    let mut kernels = kernels();
    for random in uniform(4, 3000).chunks_exact(3) {
        let step = 10.0_f64.powf(-2.0 - 10.0 * random[2]);
        let axis = |from: f64, count: i32| (0..count).map(|index| from + f64::from(index) * step).collect::<Vec<_>>();
        same(&mut kernels, &axis(3.2 * random[0] - 2.4, 13), &axis(2.8 * random[1] - 1.4, 7), 500);
    }
}
