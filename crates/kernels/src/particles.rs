//! The particle ladder of the scalar kernels: many small steps along the tangent of a circle.

use validation::particles::{Input, Output};
use validation::{Expected, Particles, Precision, Ready, Settings, Step, ready, step};

/// A particle as the book's class keeps it: everything about one particle side by side.
#[derive(Clone, Copy, Debug)]
pub struct Particle {
    /// Where it is.
    pub x: f64,
    /// Where it is.
    pub y: f64,
    /// How fast it moves along its circle, in length by time.
    pub speed: f64,
}

/// What the object steps prepare: the particles as a list of structs, and the loop that moves them.
fn simulator(input: &Input, evolve: fn(&mut [Particle], f64, usize)) -> Ready<Particles> {
    let columns = input.x.iter().zip(&input.y).zip(&input.speed);
    let start: Vec<_> = columns.map(|((&x, &y), &speed)| Particle { x, y, speed }).collect();
    let mut particles = start.clone();
    ready(1, move |input: &Input, output: &mut Output| {
        particles.copy_from_slice(&start);
        evolve(&mut particles, input.timestep, input.steps);
        for ((particle, x), y) in particles.iter().zip(&mut output.x).zip(&mut output.y) {
            (*x, *y) = (particle.x, particle.y);
        }
        Ok(())
    })
}

// ANCHOR: objects
/// In each step, each particle: the book's first version.
///
/// Mirrors `ParticleSimulator.evolve`. Look for the square root and the two divisions: they are the time.
pub fn objects(input: &Input, _: &Settings) -> Ready<Particles> {
    simulator(input, |particles, timestep, steps| {
        for _ in 0..steps {
            for p in particles.iter_mut() {
                let norm = (p.x * p.x + p.y * p.y).sqrt();
                let vx = -p.y / norm;
                let vy = p.x / norm;
                p.x += timestep * p.speed * vx;
                p.y += timestep * p.speed * vy;
            }
        }
    })
}
// ANCHOR_END: objects

// ANCHOR: precomputed
/// The factor that does not change with time is computed once for each particle, and the loops change places.
///
/// Mirrors the book's tuned version. Look for the chain: with one particle at a time, each step waits for the one before, and the
/// processor with it. In Python, where each operation costs the same, this was faster.
pub fn precomputed(input: &Input, _: &Settings) -> Ready<Particles> {
    simulator(input, |particles, timestep, steps| {
        for p in particles.iter_mut() {
            let factor = timestep * p.speed;
            for _ in 0..steps {
                let norm = (p.x * p.x + p.y * p.y).sqrt();
                let vx = -p.y / norm;
                let vy = p.x / norm;
                p.x += factor * vx;
                p.y += factor * vy;
            }
        }
    })
}
// ANCHOR_END: precomputed

// ANCHOR: columns
/// A column for each coordinate, and the loops back in their first order: neighbours in memory are neighbours in a vector.
///
/// Mirrors the arrays of the book's NumPy version, without its temporaries. Look for the packed square root: particles do not
/// depend on each other, so the compiler moves eight at once.
pub fn columns(input: &Input, output: &mut Output) {
    output.x.copy_from_slice(&input.x);
    output.y.copy_from_slice(&input.y);
    let factors: Vec<f64> = input.speed.iter().map(|speed| input.timestep * speed).collect();
    for _ in 0..input.steps {
        for ((x, y), factor) in output.x.iter_mut().zip(&mut output.y).zip(&factors) {
            let norm = (*x * *x + *y * *y).sqrt();
            let vx = -*y / norm;
            let vy = *x / norm;
            *x += factor * vx;
            *y += factor * vy;
        }
    }
}
// ANCHOR_END: columns

// ANCHOR: circular
/// The solution instead of the simulation: a particle stays at its radius, and its angle grows with time.
///
/// Mirrors the better algorithm that the book describes and does not write. Look at its tolerance: this is the truth, and the
/// simulation, which leaves the circle a little with each step, is the approximation.
pub fn circular(input: &Input, output: &mut Output) {
    let time = input.timestep * input.steps as f64;
    for (i, ((x, y), speed)) in input.x.iter().zip(&input.y).zip(&input.speed).enumerate() {
        let r = (x * x + y * y).sqrt();
        let alpha = y.atan2(*x) + time * speed / r;
        output.x[i] = r * alpha.cos();
        output.y[i] = r * alpha.sin();
    }
}
// ANCHOR_END: circular

/// How far the simulation strays from the circle. Each step leads outwards by (timestep * speed)^2 / 2r, so a particle close to the
/// centre strays most: about 1e-5 among the 1000 particles of the default, 1e-4 among 100000.
const STRAYS: Precision = Precision::Within { absolute: 1e-3, relative: 0.0 };

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(prepared objects, "the book's Particle class", "a struct for each particle"),
    step!(prepared precomputed, "the book's tuned version", "factor hoisted, loops interchanged")
        .lesson(Expected::Slower),
    step!(columns, "the book's NumPy version", "a column for each coordinate")
        .temporaries(|input: &Input| 8 * input.particles() as u64),
    step!(circular, "r and alpha, as the book advises", "the solution, not the simulation")
        .precision(STRAYS)
        .changes_the_algorithm(),
];
