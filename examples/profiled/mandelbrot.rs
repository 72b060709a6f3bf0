//! The tutorial's program, as its author profiles it: by function, line by line, and by memory.

use num_complex::Complex;
use profiling::{line_profile, memory_profile, profile};

/// Two doubles. The number zero of this type is made of zero bytes, as a list of zeros is.
type Point = Complex<f64>;

// ANCHOR: functions
/// Makes the points, and counts the iterations of each.
#[profile]
pub(crate) fn calculate(width: usize, height: usize, max_iterations: u32) -> Vec<u32> {
    let (xs, ys) = coordinates(width, height);
    let q = points(&xs, &ys);
    calculate_z(&q, max_iterations)
}

#[profile]
fn calculate_z(q: &[Point], max_iterations: u32) -> Vec<u32> {
    let mut z = vec![Point::ZERO; q.len()];
    let mut output = vec![0; q.len()];
    for i in 0..q.len() {
        for iteration in 0..max_iterations {
            z[i] = z[i] * z[i] + q[i];
            if abs(z[i]) > 2.0 {
                output[i] = iteration;
                break;
            }
        }
    }
    output
}

#[profile]
fn abs(z: Point) -> f64 {
    z.norm()
}
// ANCHOR_END: functions

/// The coordinates of columns and rows, by repeated addition, as the tutorial makes them.
#[profile]
pub(crate) fn coordinates(width: usize, height: usize) -> (Vec<f64>, Vec<f64>) {
    let (x1, x2, y1, y2) = (-2.13, 0.77, -1.3, 1.3);
    let axis = |from: f64, step: f64, length: usize| {
        let next = |coordinate: &f64| Some(coordinate + step);
        std::iter::successors(Some(from), next).take(length).collect::<Vec<_>>()
    };
    (axis(x1, (x2 - x1) / width as f64, width), axis(y2, (y1 - y2) / height as f64, height))
}

/// All points, row by row.
#[profile]
pub(crate) fn points(xs: &[f64], ys: &[f64]) -> Vec<Point> {
    let mut q = Vec::with_capacity(xs.len() * ys.len());
    for &y in ys {
        q.extend(xs.iter().map(|&x| Point::new(x, y)));
    }
    q
}

/// The first program.
// ANCHOR: naive
#[line_profile]
pub(crate) fn naive(q: &[Point], max_iterations: u32) -> Vec<u32> {
    let mut z = vec![Point::ZERO; q.len()];
    let mut output = vec![0; q.len()];
    for i in 0..q.len() {
        for iteration in 0..max_iterations {
            z[i] = z[i] * z[i] + q[i];
            if z[i].norm() > 2.0 {
                output[i] = iteration;
                break;
            }
        }
    }
    output
}
// ANCHOR_END: naive

/// Each element is read once for each point: what the tutorial does about its bottleneck.
#[line_profile]
pub(crate) fn hoisted(q: &[Point], max_iterations: u32) -> Vec<u32> {
    let z = vec![Point::ZERO; q.len()];
    let mut output = vec![0; q.len()];
    for i in 0..q.len() {
        let mut zi = z[i];
        let qi = q[i];
        for iteration in 0..max_iterations {
            zi = zi * zi + qi;
            if zi.norm() > 2.0 {
                output[i] = iteration;
                break;
            }
        }
    }
    output
}

/// No root in the test: what this program's bottleneck asks for.
#[line_profile]
pub(crate) fn squared(q: &[Point], max_iterations: u32) -> Vec<u32> {
    let z = vec![Point::ZERO; q.len()];
    let mut output = vec![0; q.len()];
    for i in 0..q.len() {
        let mut zi = z[i];
        let qi = q[i];
        for iteration in 0..max_iterations {
            zi = zi * zi + qi;
            if zi.norm_sqr() > 4.0 {
                output[i] = iteration;
                break;
            }
        }
    }
    output
}

/// The same once more, to see what its lists take.
// ANCHOR: memory
#[memory_profile]
pub(crate) fn lists(width: usize, height: usize, max_iterations: u32) -> Vec<u32> {
    let (xs, ys) = coordinates(width, height);
    let q = points(&xs, &ys);
    let mut z = vec![Point::ZERO; q.len()];
    let mut output = vec![0; q.len()];
    iterate(&q, &mut z, &mut output, max_iterations);
    drop(z);
    drop(q);
    output
}
// ANCHOR_END: memory

fn iterate(q: &[Point], z: &mut [Point], output: &mut [u32], max_iterations: u32) {
    for ((z, q), output) in z.iter_mut().zip(q).zip(output) {
        for iteration in 0..max_iterations {
            *z = *z * *z + q;
            if z.norm_sqr() > 4.0 {
                *output = iteration;
                break;
            }
        }
    }
}
