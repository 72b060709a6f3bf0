//! The particle ladder of whole arrays: all particles make a step, then the next step.

use ndarray::{Array1, ArrayView1, ArrayViewMut1, Axis, Zip, stack};
use validation::particles::{Input, Output};
use validation::{Expected, Particles, Step, step};

// ANCHOR: broadcast
/// Coordinates as the rows of one array, the directions by picking its columns in the other order, the speeds broadcast over both.
///
/// Mirrors `ParticleSimulator.evolve_numpy` of the book, line for line. Look for the seven arrays that each step in time makes and
/// forgets.
pub fn broadcast(input: &Input, output: &mut Output) {
    let (x, y) = (ArrayView1::from(&input.x), ArrayView1::from(&input.y));
    let speed = ArrayView1::from(&input.speed);
    let mut r = stack![Axis(1), x, y];
    for _ in 0..input.steps {
        let norm = (&r * &r).sum_axis(Axis(1)).sqrt();
        let mut v = r.select(Axis(1), &[1, 0]);
        v.column_mut(0).mapv_inplace(|vx| -vx);
        v /= &norm.insert_axis(Axis(1));
        let d = (&speed * input.timestep).insert_axis(Axis(1)) * &v;
        r += &d;
    }
    (output.x, output.y) = (r.column(0).to_vec(), r.column(1).to_vec());
}
// ANCHOR_END: broadcast

// ANCHOR: separate
/// The two coordinates in arrays of their own: no columns to pick, no short axis to sum over.
///
/// Mirrors the book's formulas as they stand, `v_x = -y / norm` and `v_y = x / norm`. Look for the packed square root: neighbours
/// in memory are now the same coordinate of neighbouring particles.
pub fn separate(input: &Input, output: &mut Output) {
    let mut x = Array1::from(input.x.clone());
    let mut y = Array1::from(input.y.clone());
    let speed = ArrayView1::from(&input.speed);
    for _ in 0..input.steps {
        let norm = (&x * &x + &y * &y).sqrt();
        let vx = -&y / &norm;
        let vy = &x / &norm;
        x += &(&speed * input.timestep * vx);
        y += &(&speed * input.timestep * vy);
    }
    (output.x, output.y) = (x.to_vec(), y.to_vec());
}
// ANCHOR_END: separate

// ANCHOR: in_place
/// Every result goes to an array that is there, and the factor that does not change is computed once.
///
/// Mirrors the same with `out=`. Look how much the arrays' making cost, now that it is gone: they are small, and always in the
/// cache.
pub fn in_place(input: &Input, output: &mut Output) {
    output.x.copy_from_slice(&input.x);
    output.y.copy_from_slice(&input.y);
    let mut x = ArrayViewMut1::from(output.x.as_mut_slice());
    let mut y = ArrayViewMut1::from(output.y.as_mut_slice());
    let factor = &ArrayView1::from(&input.speed) * input.timestep;
    let [mut norm, mut vx, mut vy] = [(); 3].map(|()| Array1::zeros(x.len()));
    for _ in 0..input.steps {
        Zip::from(&mut norm).and(&x).and(&y).for_each(|norm, x, y| *norm = f64::sqrt(x * x + y * y));
        Zip::from(&mut vx).and(&y).and(&norm).for_each(|vx, y, norm| *vx = -y / norm);
        Zip::from(&mut vy).and(&x).and(&norm).for_each(|vy, x, norm| *vy = x / norm);
        Zip::from(&mut x).and(&factor).and(&vx).for_each(|x, factor, vx| *x += factor * vx);
        Zip::from(&mut y).and(&factor).and(&vy).for_each(|y, factor, vy| *y += factor * vy);
    }
}
// ANCHOR_END: in_place

// ANCHOR: one_pass
/// The five loops become one.
///
/// Mirrors nothing that NumPy can say. Look at the limit: what is left to wait for is the square root and the two divisions.
pub fn one_pass(input: &Input, output: &mut Output) {
    output.x.copy_from_slice(&input.x);
    output.y.copy_from_slice(&input.y);
    let mut x = ArrayViewMut1::from(output.x.as_mut_slice());
    let mut y = ArrayViewMut1::from(output.y.as_mut_slice());
    let factor = &ArrayView1::from(&input.speed) * input.timestep;
    for _ in 0..input.steps {
        Zip::from(&mut x).and(&mut y).and(&factor).for_each(|x, y, factor| {
            let norm = f64::sqrt(*x * *x + *y * *y);
            let vx = -*y / norm;
            let vy = *x / norm;
            *x += factor * vx;
            *y += factor * vy;
        });
    }
}
// ANCHOR_END: one_pass

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(broadcast, "evolve_numpy of the book", "(x, y) as rows, columns picked, axes added")
        .temporaries(|input: &Input| 56 * input.particles() as u64),
    step!(separate, "the book's formulas", "an array for each coordinate")
        .lesson(Expected::Faster)
        .temporaries(|input: &Input| 48 * input.particles() as u64),
    step!(in_place, "the same with out=", "no array is allocated in the loop")
        .temporaries(|input: &Input| 32 * input.particles() as u64),
    step!(one_pass, "beyond NumPy", "five loops become one").temporaries(|input: &Input| 8 * input.particles() as u64),
];
