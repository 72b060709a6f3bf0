//! The pi ladder of machines: chunks of samples, dealt out.

use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use validation::pi::Input;
use validation::random::next;
use validation::{Pi, Ready, Settings, Step, step};

use crate::prepared::on_engines;
use crate::task;

// ANCHOR: mapped
/// The chunks are dealt out to the engines in equal parts, a message for each engine.
///
/// Mirrors the book's pi with a view's `map`. Look at the seeds: each chunk has a stream of its own, so that it does not matter which
/// machine draws it.
pub fn mapped(_: &Input, settings: &Settings) -> Ready<Pi> {
    fn sample_multiple((seed, samples): (u64, usize)) -> u64 {
        let mut stream = SplitMix64::seed_from_u64(seed);
        let mut hits = 0;
        for _ in 0..samples {
            let x = next(&mut stream) * 2.0 - 1.0;
            let y = next(&mut stream) * 2.0 - 1.0;
            hits += u64::from(x * x + y * y <= 1.0);
        }
        hits
    }
    task!(sample_multiple);
    on_engines::<Pi>(settings, |rc, input, hits| {
        let seeds = 0..input.chunks as u64;
        let view = rc.direct_view(..)?;
        hits.copy_from_slice(&view.map(sample_multiple, seeds.map(|seed| (seed, input.samples)))?);
        Ok(())
    })
}
// ANCHOR_END: mapped

/// The steps, in order.
pub const STEPS: &[Step<Pi>] = &[step!(prepared mapped, "the book's pi on a view", "chunks dealt out to the engines")
    .temporaries(|input| 128 * input.chunks as u64)];
