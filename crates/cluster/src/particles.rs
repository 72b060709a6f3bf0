//! The particle ladder of machines: scattered, moved where they are, gathered.

use validation::particles::Input;
use validation::{Particles, Ready, Settings, Step, step};

use crate::prepared::on_engines;
use crate::{Error, Namespace, procedure};

// ANCHOR: scattered
/// Every engine gets its part of the particles by name, moves them, and gives them back.
///
/// Mirrors the book's `scatter`, `execute` and `gather`. Look at what travels for each of thousands of steps: nothing. Only where the
/// particles are before the first one, and after the last.
pub fn scattered(_: &Input, settings: &Settings) -> Ready<Particles> {
    fn evolve(values: &mut Namespace, steps: usize) -> Result<(), Error> {
        let [mut x, mut y, factors] = [values.get::<Vec<f64>>("x")?, values.get("y")?, values.get("factors")?];
        for _ in 0..steps {
            for ((x, y), factor) in x.iter_mut().zip(&mut y).zip(&factors) {
                let norm = (*x * *x + *y * *y).sqrt();
                let vx = -*y / norm;
                let vy = *x / norm;
                *x += factor * vx;
                *y += factor * vy;
            }
        }
        values.set("x", &x)?;
        values.set("y", &y)
    }
    procedure!(evolve);
    on_engines::<Particles>(settings, |rc, input, output| {
        let factors: Vec<f64> = input.speed.iter().map(|speed| input.timestep * speed).collect();
        let view = rc.direct_view(..)?;
        view.scatter("x", &input.x)?;
        view.scatter("y", &input.y)?;
        view.scatter("factors", &factors)?;
        view.execute(evolve, &input.steps)?;
        output.x.copy_from_slice(&view.gather::<f64>("x")?);
        output.y.copy_from_slice(&view.gather::<f64>("y")?);
        Ok(())
    })
}
// ANCHOR_END: scattered

/// The steps, in order.
pub const STEPS: &[Step<Particles>] =
    &[step!(prepared scattered, "the book's scatter and gather", "scattered, moved, gathered").temporaries(|input| {
        // The factors; the three lists as bytes here, on their way and in the engines, and as numbers there; what comes back.
        8 * 20 * input.particles() as u64
    })];
