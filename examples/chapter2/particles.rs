//! The book's benchmark of particles, by function and line by line.

use std::hint::black_box;

use profiling::lines;
use runner::{Failure, Part};
use validation::Particles;

use super::functions::by_function;
use super::outcome::failed;
use crate::profiled::particles::{self, ParticleSimulator};

/// Two versions of the benchmark.
pub(crate) fn particles_by_function_and_line(part: &mut Part<'_>) -> Result<(), Failure> {
    let (count, rounds) = particles_and_rounds(part)?;
    part.heading(&format!("particles: the book's benchmark with {count} particles, {rounds} times"))?;
    type Evolve = fn(&mut ParticleSimulator, f64);
    let programs: [(&str, Evolve); 2] =
        [("evolve", ParticleSimulator::evolve), ("evolve_precomputed", ParticleSimulator::evolve_precomputed)];
    for (name, evolve) in programs {
        let run = || (0..rounds).for_each(|_| drop(black_box(particles::benchmark(count, evolve))));
        part.line("")?;
        let profile = by_function(part, run)?.profile;
        part.text(&format!("particles-{name}-functions"), &profile.table().digits(3, 9).to_string())?;
        part.line("")?;
        let profiled = lines::profile(run).map_err(failed)?;
        part.text(&format!("particles-{name}-lines"), &profiled.lines.to_string())?;
    }
    Ok(())
}

/// How many particles the book's benchmark has here, and how often it is run: a single one is too short to be sampled.
fn particles_and_rounds(part: &Part<'_>) -> Result<(usize, usize), Failure> {
    let chosen = part.request("particles");
    let count = match chosen.size {
        Some(_) => part.input::<Particles>()?.particles(),
        None => 100,
    };
    Ok((count, if part.quick() { 2 } else { (10_000 / count).max(1) }))
}
