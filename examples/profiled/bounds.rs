//! Bounds checks that the compiler takes away by itself, and bounds checks that it cannot.
#![expect(unsafe_code, reason = "leaving the checks out is what the book does")]

/// Positions, the book's `r_i`.
pub(crate) type Positions = [[f64; 2]];

// ANCHOR: evolve
/// The book's `cevolve`: each element by its index.
#[inline(never)]
pub(crate) fn evolve(r: &mut Positions, ang_speed: &[f64], timestep: f64, nsteps: usize) {
    for _ in 0..nsteps {
        for j in 0..r.len() {
            let x = r[j][0];
            let y = r[j][1];
            let norm = (x * x + y * y).sqrt();
            let vx = -y / norm;
            let vy = x / norm;
            r[j][0] += timestep * ang_speed[j] * vx;
            r[j][1] += timestep * ang_speed[j] * vy;
        }
    }
}
// ANCHOR_END: evolve

// ANCHOR: checked
/// How far some particles are from the origin: those that a list names.
#[inline(never)]
pub(crate) fn checked(r: &Positions, chosen: &[u32], norms: &mut [f64]) {
    for (norm, &j) in norms.iter_mut().zip(chosen) {
        let x = r[j as usize][0];
        let y = r[j as usize][1];
        *norm = (x * x + y * y).sqrt();
    }
}
// ANCHOR_END: checked

// ANCHOR: unchecked
/// The same with `boundscheck(False)`: all of the list is looked at before the first position is.
#[inline(never)]
pub(crate) fn unchecked(r: &Positions, chosen: &[u32], norms: &mut [f64]) {
    assert!(chosen.iter().all(|&j| (j as usize) < r.len()), "there are {} particles", r.len());
    for (norm, &j) in norms.iter_mut().zip(chosen) {
        // SAFETY: every element of the list has just been found to be less than the length.
        let [x, y] = unsafe { *r.get_unchecked(j as usize) };
        *norm = (x * x + y * y).sqrt();
    }
}
// ANCHOR_END: unchecked
