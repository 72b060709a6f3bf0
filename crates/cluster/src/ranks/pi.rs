//! The pi ladder of ranks: hits that are gathered, and their sum, which is reduced.

use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use validation::pi::Input;
use validation::random::next;
use validation::{Pi, Ready, Settings, Step, step};
use vectorised::simd::slices;

use super::mandelbrot::agree;
use super::prepared::team;
use super::{Desk, Error, Parts, World};
use crate::spmd;

/// What every rank is told: chunks, and samples in each.
type Darts = (usize, usize);

// ANCHOR: ranks_reduced
/// Each rank throws the darts of its chunks. The hits of each chunk are gathered, and one call adds up those of all.
///
/// Mirrors the first program of every course about MPI, pi by `MPI_Reduce`. Look at what goes out to the ranks: nothing but two numbers. A
/// chunk's random numbers follow from its own.
pub fn ranks_reduced(_: &Input, settings: &Settings) -> Ready<Pi> {
    fn sample_multiple(seed: u64, samples: usize) -> u64 {
        let mut stream = SplitMix64::seed_from_u64(seed);
        let mut hits = 0;
        for _ in 0..samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            hits += u64::from(x * x + y * y <= 1.0);
        }
        hits
    }
    fn reduced(world: &World, (chunks, samples): Darts, desk: Option<Desk<'_>>) -> Result<(), Error> {
        let parts = Parts::even(chunks, world.size());
        let seeds = parts.range(world.rank());
        let hits: Vec<u64> = seeds.map(|seed| sample_multiple(seed as u64, samples)).collect();
        summed(world, &hits, &parts, desk)
    }
    spmd!(reduced);
    team::<Pi>(settings, |ranks, input, hits| ranks.run(reduced, &(input.chunks, input.samples), &[], hits))
}

/// The sum over all ranks, and the hits themselves, which have to have that sum.
fn summed(world: &World, hits: &[u64], parts: &Parts, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
    let sum = world.sum(&[hits.iter().sum()])?;
    world.gather(hits, parts, desk.as_mut().map(Desk::answer))?;
    agree("the sum of hits", sum, desk.map(|mut desk| vec![desk.answer::<u64>().iter().sum()]))
}
// ANCHOR_END: ranks_reduced

// ANCHOR: ranks_vectors
/// The same with the kernel that throws eight darts at a time.
///
/// Mirrors the step `named` of the vector instructions. Look at the sum: it is one of integers, so that neither the lanes nor the ranks
/// can change it.
pub fn ranks_vectors(_: &Input, settings: &Settings) -> Ready<Pi> {
    fn reduced_vectors(world: &World, (chunks, samples): Darts, desk: Option<Desk<'_>>) -> Result<(), Error> {
        let sample_multiple = slices::pi().map_err(|error| Error::Unavailable(error.to_string()))?;
        let parts = Parts::even(chunks, world.size());
        let seeds = parts.range(world.rank());
        let hits: Vec<u64> = seeds.map(|seed| sample_multiple(seed as u64, samples)).collect();
        summed(world, &hits, &parts, desk)
    }
    spmd!(reduced_vectors);
    slices::pi()?;
    team::<Pi>(settings, |ranks, input, hits| ranks.run(reduced_vectors, &(input.chunks, input.samples), &[], hits))
}
// ANCHOR_END: ranks_vectors

/// The steps, in order.
pub const STEPS: &[Step<Pi>] = &[
    step!(prepared ranks_reduced, "pi by MPI_Reduce", "hits gathered, their sum reduced").temporaries(temporaries),
    step!(prepared ranks_vectors, "vectorised's named", "the same with the fastest kernel").temporaries(temporaries),
];

/// The hits in the memory that rank 0 shares with the program, and in parts in the ranks.
fn temporaries(input: &Input) -> u64 {
    16 * input.chunks as u64
}
