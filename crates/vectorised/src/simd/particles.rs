//! The particle ladder of the vector instructions.

use validation::particles::{Input, Output};
use validation::{Expected, Particles, Ready, Settings, Step, step};
use wide::f64x8;

use super::cpu::alone;
use super::vectors::{PARTICLE_VECTORS, chosen, each};

// ANCHOR: lanes
/// Eight particles in the lanes of three registers, which they do not leave before the end of time.
///
/// Mirrors the book's tuned version, eight particles at once. Look at the loop over time: it neither loads nor stores, and waits.
pub fn lanes(input: &Input, output: &mut Output) {
    let columns = input.x.chunks(8).zip(input.y.chunks(8)).zip(input.speed.chunks(8));
    let output = output.x.chunks_mut(8).zip(output.y.chunks_mut(8));
    for ((out_x, out_y), ((start_x, start_y), speed)) in output.zip(columns) {
        let (mut x, mut y, mut factor) = ([1.0; 8], [0.0; 8], [0.0; 8]);
        for lane in 0..speed.len() {
            (x[lane], y[lane], factor[lane]) = (start_x[lane], start_y[lane], input.timestep * speed[lane]);
        }
        let (mut x, mut y, factor) = (f64x8::from(x), f64x8::from(y), f64x8::from(factor));
        for _ in 0..input.steps {
            let norm = (x * x + y * y).sqrt();
            let vx = -y / norm;
            let vy = x / norm;
            x += factor * vx;
            y += factor * vy;
        }
        out_x.copy_from_slice(&x.to_array()[..speed.len()]);
        out_y.copy_from_slice(&y.to_array()[..speed.len()]);
    }
}
// ANCHOR_END: lanes

// ANCHOR: interleaved
/// Some particles, columns of the same length, through all steps.
pub(super) fn columns<const VECTORS: usize>(x: &mut [f64], y: &mut [f64], speed: &[f64], timestep: f64, steps: usize) {
    let block = 8 * VECTORS;
    for ((out_x, out_y), speed) in x.chunks_mut(block).zip(y.chunks_mut(block)).zip(speed.chunks(block)) {
        let (mut x, mut y, mut factor) = ([[1.0; 8]; VECTORS], [[0.0; 8]; VECTORS], [[0.0; 8]; VECTORS]);
        for lane in 0..speed.len() {
            x.as_flattened_mut()[lane] = out_x[lane];
            y.as_flattened_mut()[lane] = out_y[lane];
            factor.as_flattened_mut()[lane] = timestep * speed[lane];
        }
        let (mut x, mut y, factor) = (x.map(f64x8::from), y.map(f64x8::from), factor.map(f64x8::from));
        for _ in 0..steps {
            for v in 0..VECTORS {
                let norm = (x[v] * x[v] + y[v] * y[v]).sqrt();
                let vx = -y[v] / norm;
                let vy = x[v] / norm;
                x[v] += factor[v] * vx;
                y[v] += factor[v] * vy;
            }
        }
        out_x.copy_from_slice(&x.map(|x| x.to_array()).as_flattened()[..speed.len()]);
        out_y.copy_from_slice(&y.map(|y| y.to_array()).as_flattened()[..speed.len()]);
    }
}

/// Several such vectors, so that the divider always has something to do.
///
/// Mirrors nothing in the book. The vectors setting says how many. Look at the limit: a square root and two divisions
/// take their time, and everything else goes on beside them.
pub fn interleaved(_: &Input, settings: &Settings) -> Ready<Particles> {
    let kernel: fn(&mut [_], &mut [_], &[_], _, _) = chosen(each!(columns), settings, PARTICLE_VECTORS);
    alone(move |input: &Input, output: &mut Output| {
        output.x.copy_from_slice(&input.x);
        output.y.copy_from_slice(&input.y);
        kernel(&mut output.x, &mut output.y, &input.speed, input.timestep, input.steps);
    })
}
// ANCHOR_END: interleaved

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(lanes, "the book's tuned version", "eight particles in registers"),
    step!(prepared interleaved, "beyond the book", "several vectors that do not wait").lesson(Expected::Faster),
];
