//! The Mandelbrot ladder of the scalar kernels.

use std::rc::Rc;

use num_complex::Complex;
use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Step, step};

use crate::object::Object;

// ANCHOR: boxed
/// Every arithmetic result is an object on the heap, and every operation is looked up in the object's type.
///
/// Mirrors `pure_python.py` as CPython runs it: three new objects for each iteration, `z * z`, `+ q` and `abs`.
/// Look for the calls of the allocator: the arithmetic itself is a small part of the time.
pub fn boxed(input: &Input, counts: &mut Output) {
    let q: Vec<Object> = input.q().iter().map(|&point| Rc::new(point) as Object).collect();
    let zero: Object = Rc::new(Complex::new(0.0, 0.0));
    let two: Object = Rc::new(2.0);
    let mut z = vec![zero; q.len()];
    counts.fill(0);
    for i in 0..q.len() {
        for iteration in 0..input.max_iterations {
            z[i] = z[i].multiply(&z[i]).add(&q[i]);
            if z[i].absolute().exceeds(&two) {
                counts[i] = iteration;
                break;
            }
        }
    }
}
// ANCHOR_END: boxed

// ANCHOR: naive
/// The same program with the types known: a complex number is two doubles in an array, and nothing is allocated in the loop.
///
/// Mirrors `pure_python.py` as written, `z[i]` and `q[i]` indexed in the inner loop.
/// Look for the call of `hypot`, which computes the norm without overflow, at a price.
pub fn naive(input: &Input, counts: &mut Output) {
    let q = input.q();
    let mut z = vec![Complex::new(0.0, 0.0); q.len()];
    counts.fill(0);
    for i in 0..q.len() {
        for iteration in 0..input.max_iterations {
            z[i] = z[i] * z[i] + q[i];
            if z[i].norm() > 2.0 {
                counts[i] = iteration;
                break;
            }
        }
    }
}
// ANCHOR_END: naive

// ANCHOR: hoisted
/// `z[i]` and `q[i]` are read once per point.
///
/// Mirrors `pure_python_2.py`, where it saves lookups. Here the compiler had done it already. Look what the call does instead: no
/// vector register survives `hypot`, so z goes to the stack and back in each iteration, hoisted or not.
pub fn hoisted(input: &Input, counts: &mut Output) {
    let q = input.q();
    let z = vec![Complex::new(0.0, 0.0); q.len()];
    counts.fill(0);
    for i in 0..q.len() {
        let mut zi = z[i];
        let qi = q[i];
        for iteration in 0..input.max_iterations {
            zi = zi * zi + qi;
            if zi.norm() > 2.0 {
                counts[i] = iteration;
                break;
            }
        }
    }
}
// ANCHOR_END: hoisted

// ANCHOR: squared
/// The squared norm is compared with the square of the radius.
///
/// Mirrors the test of `cython_numpy_loop.py`, `z.real*z.real + z.imag*z.imag > 4.0`. Look for the call that is gone. One unit in
/// the last place above 4 the two tests disagree; no grid of this course has such a point.
pub fn squared(input: &Input, counts: &mut Output) {
    let q = input.q();
    let z = vec![Complex::new(0.0, 0.0); q.len()];
    counts.fill(0);
    for i in 0..q.len() {
        let mut zi = z[i];
        let qi = q[i];
        for iteration in 0..input.max_iterations {
            zi = zi * zi + qi;
            if zi.norm_sqr() > 4.0 {
                counts[i] = iteration;
                break;
            }
        }
    }
}
// ANCHOR_END: squared

// ANCHOR: expanded
/// Two doubles instead of a complex number, so that the squares of the test are kept for the next iteration.
///
/// Mirrors `calculate_z.pyx_2_bettermath` and `shedskin2.py`. Look for the chain: each iteration waits for the one before, so the
/// time is that of one multiplication and two additions, however many ports are free.
pub fn expanded(input: &Input, counts: &mut Output) {
    counts.fill(0);
    for (row, &qy) in counts.chunks_exact_mut(input.width()).zip(&input.ys) {
        for (count, &qx) in row.iter_mut().zip(&input.xs) {
            let (mut zx, mut zy) = (0.0, 0.0);
            let (mut zx_squared, mut zy_squared) = (0.0, 0.0);
            for iteration in 0..input.max_iterations {
                zy = (zx * zy + zy * zx) + qy;
                zx = (zx_squared - zy_squared) + qx;
                zx_squared = zx * zx;
                zy_squared = zy * zy;
                if zx_squared + zy_squared > 4.0 {
                    *count = iteration;
                    break;
                }
            }
        }
    }
}
// ANCHOR_END: expanded

// ANCHOR: cycles
/// An orbit that comes back to a point it has been at, bit for bit, repeats without end: it never escapes.
///
/// Mirrors nothing in the tutorials: an algorithm instead of an instruction (Brent's cycle detection: remember the point at
/// iterations 1, 2, 4, 8, ...). Every count stays exact. Look for the iterations that are not made.
pub fn cycles(input: &Input, counts: &mut Output) {
    counts.fill(0);
    for (row, &qy) in counts.chunks_exact_mut(input.width()).zip(&input.ys) {
        for (count, &qx) in row.iter_mut().zip(&input.xs) {
            let (mut zx, mut zy) = (0.0, 0.0);
            let (mut zx_squared, mut zy_squared) = (0.0, 0.0);
            let (mut remembered_x, mut remembered_y) = (0.0, 0.0);
            for iteration in 0..input.max_iterations {
                zy = (zx * zy + zy * zx) + qy;
                zx = (zx_squared - zy_squared) + qx;
                zx_squared = zx * zx;
                zy_squared = zy * zy;
                if zx_squared + zy_squared > 4.0 {
                    *count = iteration;
                    break;
                }
                if zx == remembered_x && zy == remembered_y {
                    break;
                }
                if iteration.is_power_of_two() {
                    (remembered_x, remembered_y) = (zx, zy);
                }
            }
        }
    }
}
// ANCHOR_END: cycles

// ANCHOR: bulbs
/// Points of the two largest parts of the set are known by formula, before any iteration.
///
/// Mirrors nothing in the tutorials. Look at what the formulas are about: exact numbers. That no count changes in doubles is
/// tested on every size, not proven.
pub fn bulbs(input: &Input, counts: &mut Output) {
    counts.fill(0);
    for (row, &qy) in counts.chunks_exact_mut(input.width()).zip(&input.ys) {
        for (count, &qx) in row.iter_mut().zip(&input.xs) {
            let from_cusp = qx - 0.25;
            let cusp_squared = from_cusp * from_cusp + qy * qy;
            let in_cardioid = cusp_squared * (cusp_squared + from_cusp) <= 0.25 * qy * qy;
            let in_disc = (qx + 1.0) * (qx + 1.0) + qy * qy <= 0.0625;
            if in_cardioid || in_disc {
                continue;
            }
            let (mut zx, mut zy) = (0.0, 0.0);
            let (mut zx_squared, mut zy_squared) = (0.0, 0.0);
            let (mut remembered_x, mut remembered_y) = (0.0, 0.0);
            for iteration in 0..input.max_iterations {
                zy = (zx * zy + zy * zx) + qy;
                zx = (zx_squared - zy_squared) + qx;
                zx_squared = zx * zx;
                zy_squared = zy * zy;
                if zx_squared + zy_squared > 4.0 {
                    *count = iteration;
                    break;
                }
                if zx == remembered_x && zy == remembered_y {
                    break;
                }
                if iteration.is_power_of_two() {
                    (remembered_x, remembered_y) = (zx, zy);
                }
            }
        }
    }
}
// ANCHOR_END: bulbs

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(boxed, "pure_python.py in CPython", "every result a heap object of dynamic type").temporaries(boxed_bytes),
    step!(naive, "pure_python.py", "types known: no allocation, no dispatch").temporaries(z_and_q_bytes),
    step!(hoisted, "pure_python_2.py", "z[i] and q[i] read once per point").temporaries(z_and_q_bytes),
    step!(squared, "cython_numpy_loop.py", "norm squared against 4: no hypot")
        .lesson(Expected::Faster)
        .temporaries(z_and_q_bytes),
    step!(expanded, "calculate_z.pyx_2_bettermath", "two doubles, squares shared with the test"),
    step!(cycles, "beyond the tutorial", "an orbit that repeats never escapes").changes_the_algorithm(),
    step!(bulbs, "beyond the tutorial", "the two largest parts known by formula").changes_the_algorithm(),
];

/// The lists `z` and `q`.
fn z_and_q_bytes(input: &Input) -> u64 {
    2 * input.q_bytes()
}

/// The list `q` as numbers; `z` and `q` as lists of references; and an object for each element, with its two counts, twice.
fn boxed_bytes(input: &Input) -> u64 {
    2 * input.q_bytes() + 4 * input.q_bytes() + z_and_q_bytes(input)
}
