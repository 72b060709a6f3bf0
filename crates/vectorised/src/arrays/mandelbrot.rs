//! The Mandelbrot ladder of whole arrays: every point at once, iteration by iteration.

use ndarray::{
    Array1, Array2, ArrayD, ArrayView1, ArrayViewD, ArrayViewMut1, ArrayViewMut2, ArrayViewMutD, Axis, IxDyn, Zip,
};
use num_complex::Complex;
use validation::mandelbrot::{Input, Output};
use validation::{Expected, Mandelbrot, Step, step};

// ANCHOR: array_loop
/// The plain loop, each number asked of an array object that finds out at run time how many axes it has.
///
/// Mirrors `numpy_loop.py`. Look how often the number of axes, the bounds and the strides are asked before a number is touched: at
/// every index, in every iteration. An array that is asked for one element at a time only costs.
pub fn array_loop(input: &Input, counts: &mut Output) {
    let points = input.q().len();
    let q = ArrayViewD::from_shape(IxDyn(&[points]), input.q()).expect("one axis of all points");
    let mut z = ArrayD::<Complex<f64>>::zeros(IxDyn(&[points]));
    counts.fill(0);
    let mut output = ArrayViewMutD::from_shape(IxDyn(&[points]), counts).expect("a count for each point");
    for i in 0..points {
        for iteration in 0..input.max_iterations {
            z[[i]] = z[[i]] * z[[i]] + q[[i]];
            if z[[i]].norm() > 2.0 {
                output[[i]] = iteration;
                break;
            }
        }
    }
}
// ANCHOR_END: array_loop

// ANCHOR: whole_array
/// One operation for all points, then the next: masks where the loop had a branch, and no way out before the last iteration.
///
/// Mirrors `numpy_vector.py`, line for line, with the squared norm for `abs`. Look at what a finished point does: its z and q
/// become zero, so that it stays where it is, and is computed again in every iteration that is left.
pub fn whole_array(input: &Input, counts: &mut Output) {
    let zero = Complex::new(0.0, 0.0);
    let mut q = Array1::from(input.q().to_vec());
    let mut z = Array1::from_elem(q.len(), zero);
    let mut output = Array1::from_elem(q.len(), 0);
    for iteration in 0..input.max_iterations {
        z = &z * &z + &q;
        let done = z.mapv(|z| z.norm_sqr()).mapv(|norm| norm > 4.0);
        q = Zip::from(&done).and(&q).map_collect(|&done, &q| if done { zero } else { q });
        z = Zip::from(&done).and(&z).map_collect(|&done, &z| if done { zero } else { z });
        output = Zip::from(&done).and(&output).map_collect(|&done, &count| if done { iteration } else { count });
    }
    *counts = output.into_raw_vec_and_offset().0;
}
// ANCHOR_END: whole_array

// ANCHOR: in_place
/// Every result goes where its operand was: nothing is allocated in the loop.
///
/// Mirrors `numpy_vector.py` written with `out=` and `np.copyto(..., where=done)`. Look how little it changes: the arrays still
/// travel through the processor five times in each iteration.
pub fn in_place(input: &Input, counts: &mut Output) {
    let zero = Complex::new(0.0, 0.0);
    let mut q = Array1::from(input.q().to_vec());
    let mut z = Array1::from_elem(q.len(), zero);
    let mut done = Array1::from_elem(q.len(), false);
    counts.fill(0);
    let mut output = ArrayViewMut1::from(counts.as_mut_slice());
    for iteration in 0..input.max_iterations {
        Zip::from(&mut z).and(&q).for_each(|z, &q| *z = *z * *z + q);
        Zip::from(&mut done).and(&z).for_each(|done, z| *done = z.norm_sqr() > 4.0);
        Zip::from(&mut q).and(&done).for_each(|q, &done| *q = if done { zero } else { *q });
        Zip::from(&mut z).and(&done).for_each(|z, &done| *z = if done { zero } else { *z });
        Zip::from(&mut output).and(&done).for_each(|count, &done| {
            if done {
                *count = iteration
            }
        });
    }
}
// ANCHOR_END: in_place

// ANCHOR: one_pass
/// The five passes become one: a point is read, iterated, tested and written back before the next is looked at.
///
/// Mirrors nothing that NumPy can say; NumExpr and Numba can. Look at the mask: it is a comparison in a register now, and no array.
pub fn one_pass(input: &Input, counts: &mut Output) {
    let zero = Complex::new(0.0, 0.0);
    let mut q = Array1::from(input.q().to_vec());
    let mut z = Array1::from_elem(q.len(), zero);
    counts.fill(0);
    let mut output = ArrayViewMut1::from(counts.as_mut_slice());
    for iteration in 0..input.max_iterations {
        Zip::from(&mut z).and(&mut q).and(&mut output).for_each(|z, q, count| {
            let z_new = *z * *z + *q;
            let done = z_new.norm_sqr() > 4.0;
            *z = if done { zero } else { z_new };
            if done {
                (*q, *count) = (zero, iteration);
            }
        });
    }
}
// ANCHOR_END: one_pass

// ANCHOR: planes
/// Real and imaginary parts in arrays of their own.
///
/// Mirrors `z.real` and `z.imag` kept apart. Look for the shuffles that are gone: neighbours in memory are neighbours in a vector,
/// and all of them do the same.
pub fn planes(input: &Input, counts: &mut Output) {
    let mut qx: Array1<f64> = input.q().iter().map(|q| q.re).collect();
    let mut qy: Array1<f64> = input.q().iter().map(|q| q.im).collect();
    let mut zx = Array1::from_elem(qx.len(), 0.0);
    let mut zy = Array1::from_elem(qy.len(), 0.0);
    counts.fill(0);
    let mut output = ArrayViewMut1::from(counts.as_mut_slice());
    for iteration in 0..input.max_iterations {
        Zip::from(&mut zx).and(&mut zy).and(&mut qx).and(&mut qy).and(&mut output).for_each(|zx, zy, qx, qy, count| {
            let zx_new = (*zx * *zx - *zy * *zy) + *qx;
            let zy_new = (*zx * *zy + *zy * *zx) + *qy;
            let done = zx_new * zx_new + zy_new * zy_new > 4.0;
            (*zx, *zy) = if done { (0.0, 0.0) } else { (zx_new, zy_new) };
            if done {
                (*qx, *qy, *count) = (0.0, 0.0, iteration);
            }
        });
    }
}
// ANCHOR_END: planes

// ANCHOR: marked
/// A finished point is marked by the number that is not one: NaN stays NaN, and is never more than 4 again.
///
/// Mirrors the broadcasting of the axes, `xs[np.newaxis, :] + 1j * ys[:, np.newaxis]`, which needs no array of points. Look what
/// is left to move: only z, since q is no longer written.
pub fn marked(input: &Input, counts: &mut Output) {
    let shape = (input.height(), input.width());
    let (xs, ys) = (ArrayView1::from(&input.xs), ArrayView1::from(&input.ys));
    let mut zx = Array2::from_elem(shape, 0.0);
    let mut zy = Array2::from_elem(shape, 0.0);
    counts.fill(0);
    let mut output = ArrayViewMut2::from_shape(shape, counts).expect("a count for each point");
    for iteration in 0..input.max_iterations {
        Zip::from(zx.rows_mut()).and(zy.rows_mut()).and(output.rows_mut()).and(ys).for_each(|zx, zy, row, &qy| {
            Zip::from(zx).and(zy).and(row).and(xs).for_each(|zx, zy, count, &qx| {
                let zx_new = (*zx * *zx - *zy * *zy) + qx;
                let zy_new = (*zx * *zy + *zy * *zx) + qy;
                let done = zx_new * zx_new + zy_new * zy_new > 4.0;
                (*zx, *zy) = if done { (f64::NAN, zy_new) } else { (zx_new, zy_new) };
                if done {
                    *count = iteration;
                }
            });
        });
    }
}
// ANCHOR_END: marked

// ANCHOR: compacted
/// Points that are finished are dropped, as soon as an eighth of those that are left is finished.
///
/// Mirrors the answer to the tutorial's question how one could break out early: `np.compress`. Look at the count of iterations,
/// which the chapter shows: nearly only those that are needed.
pub fn compacted(input: &Input, counts: &mut Output) {
    let mut qx: Array1<f64> = input.q().iter().map(|q| q.re).collect();
    let mut qy: Array1<f64> = input.q().iter().map(|q| q.im).collect();
    let mut zx = Array1::from_elem(qx.len(), 0.0);
    let mut zy = Array1::from_elem(qy.len(), 0.0);
    let mut place = Array1::from_iter(0..counts.len());
    let mut output = Array1::from_elem(counts.len(), 0);
    let mut finished = 0;
    for iteration in 0..input.max_iterations {
        Zip::from(&mut zx).and(&mut zy).and(&qx).and(&qy).and(&mut output).for_each(|zx, zy, qx, qy, count| {
            let zx_new = (*zx * *zx - *zy * *zy) + qx;
            let zy_new = (*zx * *zy + *zy * *zx) + qy;
            let done = zx_new * zx_new + zy_new * zy_new > 4.0;
            (*zx, *zy) = if done { (f64::NAN, zy_new) } else { (zx_new, zy_new) };
            if done {
                *count = iteration;
            }
            finished += usize::from(done);
        });
        if is_worth_dropping(finished, zx.len()) || iteration + 1 == input.max_iterations {
            Zip::from(&place).and(&output).for_each(|&place, &count| counts[place] = count);
            let alive: Vec<usize> = (0..zx.len()).filter(|&i| !zx[i].is_nan()).collect();
            [zx, zy, qx, qy] = [zx, zy, qx, qy].map(|values| values.select(Axis(0), &alive));
            (place, output) = (place.select(Axis(0), &alive), output.select(Axis(0), &alive));
            finished = 0;
        }
    }
}
// ANCHOR_END: compacted

/// Whether enough points are finished to copy the others together.
fn is_worth_dropping(finished: usize, live: usize) -> bool {
    8 * finished > live
}

/// The steps, in order.
pub const STEPS: &[Step<Mandelbrot>] = &[
    step!(array_loop, "numpy_loop.py", "each element asked of the array object")
        .temporaries(|input: &Input| input.q_bytes()),
    step!(whole_array, "numpy_vector.py", "one operation for all points, masks for break")
        .lesson(Expected::Slower)
        .temporaries(|input: &Input| 53 * points(input)),
    step!(in_place, "numpy_vector.py with out=", "no array is allocated in the loop")
        .temporaries(|input: &Input| 33 * points(input)),
    step!(one_pass, "beyond NumPy", "five passes become one").temporaries(|input: &Input| 32 * points(input)),
    step!(planes, "z.real and z.imag", "real and imaginary parts apart")
        .temporaries(|input: &Input| 32 * points(input)),
    step!(marked, "broadcast axes", "NaN marks what is finished; q is not stored")
        .temporaries(|input: &Input| 16 * points(input)),
    step!(compacted, "np.compress", "finished points are dropped").temporaries(|input: &Input| 65 * points(input)),
];

/// Points of the grid.
fn points(input: &Input) -> u64 {
    (input.width() * input.height()) as u64
}

/// How many iterations are made, over all points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iterations {
    /// By a loop that ends at the escape.
    pub needed: u64,
    /// By every step from `whole_array` to `marked`, which all iterate each point to the end.
    pub whole_array: u64,
    /// By `compacted`, which drops finished points a little late.
    pub compacted: u64,
}

/// Counts the iterations that the steps make, from the counts that are their answer.
pub fn iterations(input: &Input, counts: &Output) -> Iterations {
    let max_iterations = input.max_iterations as usize;
    let mut finish = vec![0; max_iterations];
    for (&count, q) in counts.iter().zip(input.q()) {
        // A count of 0 is that of a point which escapes at once, or never.
        if count > 0 || q.norm_sqr() > 4.0 {
            finish[count as usize] += 1;
        }
    }
    let (mut needed, mut compacted) = (0, 0);
    let (mut unfinished, mut live) = (counts.len(), counts.len());
    for finish in finish {
        needed += unfinished as u64;
        compacted += live as u64;
        unfinished -= finish;
        if is_worth_dropping(live - unfinished, live) {
            live = unfinished;
        }
    }
    Iterations { needed, whole_array: points(input) * u64::from(input.max_iterations), compacted }
}

#[cfg(test)]
mod tests {
    use validation::Problem;
    use validation::mandelbrot::{Sizes, reference};

    use super::*;

    fn counted(width: usize, height: usize, max_iterations: u32) -> (Input, Iterations) {
        let input = Mandelbrot::input(&Sizes { width, height, max_iterations }).unwrap();
        let mut counts = Mandelbrot::output(&input);
        reference(&input, &mut counts);
        let iterations = iterations(&input, &counts);
        (input, iterations)
    }

    #[test]
    fn four_of_five_iterations_of_whole_arrays_are_wasted() {
        let (_, iterations) = counted(500, 500, 1000);
        let expected = Iterations { needed: 51_414_419, whole_array: 250_000_000, compacted: 52_800_934 };
        assert_eq!(iterations, expected);
    }

    #[test]
    fn the_needed_iterations_are_those_of_the_reference() {
        for (width, height, max_iterations) in [(1, 1, 10), (64, 48, 1), (33, 32, 100), (333, 222, 777)] {
            let (input, iterations) = counted(width, height, max_iterations);
            assert_eq!(iterations.needed, input.inner_iterations());
            assert!(iterations.needed <= iterations.compacted && iterations.compacted <= iterations.whole_array);
        }
    }

    /// An escaped point that went on would overflow, and infinity minus infinity is not a number: the masks have to hold.
    #[test]
    fn points_far_outside_do_not_spoil_the_answer() {
        let axis = vec![-1e300, -3.0, -0.5, 0.0, 0.3, 2.5, 1e300];
        let input = Input::from_axes(axis.clone(), axis, 200).unwrap();
        let mut expected = Mandelbrot::output(&input);
        reference(&input, &mut expected);
        for step in STEPS {
            let validation::Kind::Plain(function) = step.kind else { panic!("{} is prepared", step.info.name) };
            let mut counts = Mandelbrot::output(&input);
            function(&input, &mut counts);
            assert_eq!(counts, expected, "{}", step.info.name);
        }
    }
}
