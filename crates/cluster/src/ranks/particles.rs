//! The particle ladder of ranks: scattered, moved, gathered.

use serde::{Deserialize, Serialize};
use validation::particles::{Input, Output};
use validation::{Particles, Ready, Settings, Step, step};
use vectorised::simd::slices;

use super::prepared::team;
use super::{Desk, Error, Parts, World};
use crate::spmd;

/// What every rank is told. The particles themselves lie before rank 0: x, y, speed, a column after the other.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Swarm {
    particles: usize,
    timestep: f64,
    steps: usize,
}

impl Swarm {
    fn of(input: &Input) -> Self {
        Self { particles: input.particles(), timestep: input.timestep, steps: input.steps }
    }

    fn column<'a>(&self, desk: Option<&'a Desk<'_>>, column: usize) -> Option<&'a [f64]> {
        desk.map(|desk| &desk.numbers()[column * self.particles..][..self.particles])
    }

    /// Room for a column of the answer: x, then y.
    fn answer<'a>(&self, desk: Option<&'a mut Desk<'_>>, column: usize) -> Option<&'a mut [f64]> {
        desk.map(|desk| &mut desk.answer()[column * self.particles..][..self.particles])
    }
}

/// Both columns of the answer, one after the other in one array, to where they belong.
fn divided(answer: &[f64], output: &mut Output) {
    let (x, y) = answer.split_at(output.x.len());
    output.x.copy_from_slice(x);
    output.y.copy_from_slice(y);
}

// ANCHOR: ranks_scattered
/// Particles are scattered over the ranks, moved there, and gathered again.
///
/// Mirrors the book's scatter and gather, in the calls that they are named after. Look at the counts: 11 particles over 4 ranks are 3, 3, 3
/// and 2. A scatter without counts would divide 11 by 4 and send wrong numbers without a word.
pub fn ranks_scattered(input: &Input, settings: &Settings) -> Ready<Particles> {
    fn evolve(world: &World, swarm: Swarm, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let parts = Parts::even(swarm.particles, world.size());
        let mut x = world.scatter(swarm.column(desk.as_ref(), 0), &parts)?;
        let mut y = world.scatter(swarm.column(desk.as_ref(), 1), &parts)?;
        let speed = world.scatter(swarm.column(desk.as_ref(), 2), &parts)?;
        let factors: Vec<f64> = speed.iter().map(|speed| swarm.timestep * speed).collect();
        for _ in 0..swarm.steps {
            for ((x, y), factor) in x.iter_mut().zip(&mut y).zip(&factors) {
                let norm = (*x * *x + *y * *y).sqrt();
                let vx = -*y / norm;
                let vy = *x / norm;
                *x += factor * vx;
                *y += factor * vy;
            }
        }
        world.gather(&x, &parts, swarm.answer(desk.as_mut(), 0))?;
        world.gather(&y, &parts, swarm.answer(desk.as_mut(), 1))
    }
    spmd!(evolve);
    let mut answer = vec![0.0; 2 * input.particles()];
    team::<Particles>(settings, move |ranks, input, output| {
        ranks.run(evolve, &Swarm::of(input), &[&input.x, &input.y, &input.speed], &mut answer)?;
        divided(&answer, output);
        Ok(())
    })
}
// ANCHOR_END: ranks_scattered

// ANCHOR: ranks_vectors
/// The same with the kernel that keeps several vectors of particles in registers through all steps.
///
/// Mirrors the step `interleaved` of the vector instructions. Look at what is left of the function: three scatters, a call, two gathers.
pub fn ranks_vectors(input: &Input, settings: &Settings) -> Ready<Particles> {
    fn evolve_vectors(world: &World, swarm: Swarm, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
        let parts = Parts::even(swarm.particles, world.size());
        let mut x = world.scatter(swarm.column(desk.as_ref(), 0), &parts)?;
        let mut y = world.scatter(swarm.column(desk.as_ref(), 1), &parts)?;
        let speed = world.scatter(swarm.column(desk.as_ref(), 2), &parts)?;
        slices::particles(&mut x, &mut y, &speed, swarm.timestep, swarm.steps);
        world.gather(&x, &parts, swarm.answer(desk.as_mut(), 0))?;
        world.gather(&y, &parts, swarm.answer(desk.as_mut(), 1))
    }
    spmd!(evolve_vectors);
    let mut answer = vec![0.0; 2 * input.particles()];
    team::<Particles>(settings, move |ranks, input, output| {
        ranks.run(evolve_vectors, &Swarm::of(input), &[&input.x, &input.y, &input.speed], &mut answer)?;
        divided(&answer, output);
        Ok(())
    })
}
// ANCHOR_END: ranks_vectors

/// The steps, in order.
pub const STEPS: &[Step<Particles>] = &[
    step!(prepared ranks_scattered, "the book's scatter, as MPI has it", "scattered, moved, gathered")
        .temporaries(temporaries),
    step!(prepared ranks_vectors, "vectorised's interleaved", "the same with the fastest kernel")
        .temporaries(temporaries),
];

/// The columns in the memory that rank 0 shares with the program and in parts in the ranks, the factors, and the answer once more.
fn temporaries(input: &Input) -> u64 {
    13 * 8 * input.particles() as u64
}
