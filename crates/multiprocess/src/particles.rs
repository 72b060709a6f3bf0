//! The particle ladder of processes: scattered, moved, gathered.

use validation::particles::{Input, Output};
use validation::{Expected, Particles, Ready, Settings, Step, step};

use crate::prepared::pooled;
use crate::{FrozenArray, Numbers, SharedArray, task};

/// Where particles are, and the factor of each.
type Swarm = (Numbers<f64>, Numbers<f64>, Numbers<f64>, usize);

// ANCHOR: serial
/// All particles in this process.
///
/// Mirrors the book's NumPy version, without its temporaries: the last step that does not know of other processes. Look at the loops: no
/// particle needs another one, so that any part of them can go anywhere.
pub fn serial(input: &Input, output: &mut Output) {
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
// ANCHOR_END: serial

// ANCHOR: scattered
/// Scattered to the processes, moved there, gathered again.
///
/// Mirrors the book's embarrassingly parallel simulator with a pool. Look at the proportion: a particle is sent once and moved thousands of
/// times, so the sending does not show.
pub fn scattered(input: &Input, settings: &Settings) -> Ready<Particles> {
    fn evolve((mut x, mut y, factors, steps): Swarm) -> (Numbers<f64>, Numbers<f64>) {
        for _ in 0..steps {
            for ((x, y), factor) in x.0.iter_mut().zip(&mut y.0).zip(&*factors) {
                let norm = (*x * *x + *y * *y).sqrt();
                let vx = -*y / norm;
                let vy = *x / norm;
                *x += factor * vx;
                *y += factor * vy;
            }
        }
        (x, y)
    }
    task!(evolve);
    let chunk = settings.chunk.map_or(input.particles().div_ceil(settings.threads.get()), usize::from);
    pooled::<Particles>(settings, move |pool, input, output| {
        let factors: Vec<f64> = input.speed.iter().map(|speed| input.timestep * speed).collect();
        let [x, y, factors] =
            [&input.x, &input.y, &factors].map(|all| all.chunks(chunk).map(|part| Numbers(part.to_vec())));
        let swarms = x.zip(y).zip(factors).map(|((x, y), factors)| (x, y, factors, input.steps));
        let moved = pool.map_chunks(evolve, swarms, 1)?;
        for ((to_x, to_y), (x, y)) in output.x.chunks_mut(chunk).zip(output.y.chunks_mut(chunk)).zip(moved) {
            to_x.copy_from_slice(&x);
            to_y.copy_from_slice(&y);
        }
        Ok(())
    })
}
// ANCHOR_END: scattered

// ANCHOR: shared
/// Nothing is scattered and nothing gathered: each process moves its part of the particles where they are.
///
/// Mirrors the book's shared arrays. Look at what it gains over `scattered`: some hundred kilobytes that are not sent, out of seconds of
/// arithmetic.
pub fn shared(input: &Input, settings: &Settings) -> Ready<Particles> {
    fn evolve((factors, steps): (FrozenArray<f64>, usize), first: usize, part: &mut [[f64; 2]]) {
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = part.iter().map(|[x, y]| (*x, *y)).unzip();
        for _ in 0..steps {
            for ((x, y), factor) in x.iter_mut().zip(&mut y).zip(&factors[first..]) {
                let norm = (*x * *x + *y * *y).sqrt();
                let vx = -*y / norm;
                let vy = *x / norm;
                *x += factor * vx;
                *y += factor * vy;
            }
        }
        part.iter_mut().zip(x.into_iter().zip(y)).for_each(|(place, (x, y))| *place = [x, y]);
    }
    task!(part evolve);
    let chunk = settings.chunk.map_or(input.particles().div_ceil(settings.threads.get()), usize::from);
    let factors: Vec<f64> = input.speed.iter().map(|speed| input.timestep * speed).collect();
    let argument = (FrozenArray::of(&factors)?, input.steps);
    let mut array = SharedArray::new(input.particles())?;
    pooled::<Particles>(settings, move |pool, input, output| {
        array.iter_mut().zip(input.x.iter().zip(&input.y)).for_each(|(place, (x, y))| *place = [*x, *y]);
        pool.fill(&mut array, chunk, evolve, &argument)?;
        for ((x, y), place) in output.x.iter_mut().zip(&mut output.y).zip(&*array) {
            [*x, *y] = *place;
        }
        Ok(())
    })
}
// ANCHOR_END: shared

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(serial, "the book's NumPy version", "all particles in one process").temporaries(column),
    step!(prepared scattered, "the book's Pool", "scattered, moved, gathered")
        .lesson(Expected::Faster)
        .temporaries(|input| 12 * column(input)),
    step!(prepared shared, "the book's shared memory", "moved where they are").temporaries(|input| 5 * column(input)),
];

/// A number for each particle.
fn column(input: &Input) -> u64 {
    8 * input.particles() as u64
}
