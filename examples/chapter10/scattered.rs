//! The book's last benchmark: 10000 particles here, and scattered to engines.

use std::time::Duration;

use cluster::{Error, Namespace, procedure, task};
use runner::units::{ms, times};
use runner::{Budget, Failure, Part, Ratio, time_calls};
use validation::{Particles, Problem, SizeRequest};

use super::engines::engines;

/// Positions, and what a step turns each particle by.
type Swarm = (Vec<f64>, Vec<f64>, Vec<f64>, u64);

/// Moves particles by so many steps.
fn evolved((mut x, mut y, factors, steps): Swarm) -> (Vec<f64>, Vec<f64>) {
    for _ in 0..steps {
        for ((x, y), factor) in x.iter_mut().zip(&mut y).zip(&factors) {
            let norm = (*x * *x + *y * *y).sqrt();
            let (vx, vy) = (-*y / norm, *x / norm);
            *x += factor * vx;
            *y += factor * vy;
        }
    }
    (x, y)
}
task!(evolved);

/// The book's three texts in one procedure: what is scattered is moved where it is.
fn evolve(values: &mut Namespace, steps: u64) -> Result<(), Error> {
    let swarm = (values.get("x")?, values.get("y")?, values.get("factors")?, steps);
    let (x, y) = evolved(swarm);
    values.set("x", &x)?;
    values.set("y", &y)
}
procedure!(evolve);

/// Sets the particles of this process against those of its engines.
pub(crate) fn scattered(part: &mut Part<'_>) -> Result<(), Failure> {
    let (particles, steps) = if part.quick() { (1000, 100) } else { (10_000, 10_000) };
    let count = part.settings().threads.get();
    let heading = format!("The book's scatter_gather: {particles} particles, {steps} steps, {count} engines");
    let request = SizeRequest { size: Some((particles, Some(steps))), ..SizeRequest::default() };
    let input = Particles::input(&Particles::request(&request)?)?;
    part.section(&heading, |part| {
        let factors: Vec<f64> = input.speed.iter().map(|speed| input.timestep * speed).collect();
        let budget = Budget { repeat: Some(3), ..part.budget() };
        let mut here = (Vec::new(), Vec::new());
        let serial = time_calls(&budget, || {
            here = evolved((input.x.clone(), input.y.clone(), factors.clone(), steps as u64));
            Ok::<_, Error>(())
        })?;
        let cluster = engines(count)?;
        let view = cluster.client().direct_view(..)?;
        let mut there = (Vec::new(), Vec::new());
        let parallel = time_calls(&budget, || {
            view.scatter("x", &input.x)?;
            view.scatter("y", &input.y)?;
            view.scatter("factors", &factors)?;
            view.execute(evolve, &(steps as u64))?;
            there = (view.gather("x")?, view.gather("y")?);
            Ok::<_, Error>(())
        })?;
        assert!(here == there, "the particles are the same to the last bit, wherever they were moved");
        let row = |what: &str, best: Duration, median: Duration, book: f64| {
            [what.to_owned(), ms(best), ms(median), format!("{book:.0}"), times(1340.0 / book)]
        };
        let rows = [
            row("benchmark: all in this process", serial.best(), serial.median(), 1340.0),
            row("scatter_gather: scattered, moved, gathered", parallel.best(), parallel.median(), 720.0),
        ];
        let header = ["particles", "best ms", "median ms", "the book's ms", "the book's gain"];
        part.table("scatter-gather", &header, &rows, &[0])?;
        part.line("Every particle is where it would have been.")?;
        if !part.too_small(Particles::NAME, &Particles::sizes(&input))? {
            let gain = Ratio::of(serial.in_order(), parallel.in_order());
            let gain = gain.map_or_else(|| "too few runs to compare".to_owned(), |ratio| ratio.to_string());
            part.paragraph(&format!("scatter_gather beside benchmark, here: {gain}"))?;
        }
        Ok(())
    })
}
